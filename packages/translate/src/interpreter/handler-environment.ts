import {
  cpuState,
  engineCells,
  exitReasons,
  GUEST_BIAS,
  PAGE_SHIFT,
  pagePermissions,
  PERMISSIONS_AT,
  RECORD_INDEX_AT,
} from '@boxer/abi';
import {
  type Access,
  asNode,
  type GraphBuilder,
  type Node,
  type RegisterOperand,
  type Statement,
} from '@boxer/a64';
import type { Label, Local } from '@boxer/wasm';
import {
  type Environment,
  type GraphEmitter,
  loadOperation,
  type Place,
  storeOperation,
  type Write,
} from '../emit/graph-emitter.ts';
import { cells, LEAVE_BEHIND, RECORD_BYTES } from './layout.ts';
import type { RecordLayout } from './record-layout.ts';
import { type GeneralRole, generalAddress, vectorAddress } from './register-address.ts';
import { pushUntagged } from './untagged.ts';

/** Functions that handlers call, by index. */
export interface Runtime {
  /** (address i64, bytes, permission bit) → where to access, or 0 with the fault cells set when not permitted. */
  readonly checkAccess: number;
  /** (address i64): forgets the records of its 64-byte line. */
  readonly invalidateLine: number;
  /** (target i64) → record address, or 0 with pc and the fault cells set. */
  readonly recordOfTarget: number;
  /** () → i64 */
  readonly counter: number;
  /** The kernel's (number, six arguments) → i64; called by the main function. */
  readonly syscall: number;
  support(name: string): number;
}

/** Where a handler of the main function goes next. */
export interface MainFunction {
  /** Continues with the record in `ip`. */
  readonly dispatch: Label;
  /** Executes the record in `ip` by its cold handler: for what is rare in a hot one. Nothing may have changed yet. */
  readonly cold: Label;
  /** Leaves with the reason in `reason`. */
  readonly exit: Label;
  /** Branches to the address in `target`, for which no record is known. */
  readonly slowTarget: Label;
  /** Hands back to the translated code that waits at the address in `target`. */
  readonly returned: Label;
  /** Calls the kernel; `ip` is the record behind the instruction, the pc is stored. */
  readonly systemCall: Label;
  readonly reason: Local;
  /** i64: see slowTarget. */
  readonly target: Local;
  /** 16 × instructions left + address of the record where counting began, modulo 2^32. */
  readonly fuel: Local;
}

const stateCells: Readonly<Record<string, { readonly at: number; readonly bits: 32 | 64 }>> = {
  exclusiveAddress: { at: cpuState.exclusiveAddress, bits: 64 },
  exclusiveLow: { at: cpuState.exclusiveValue, bits: 64 },
  exclusiveHigh: { at: cpuState.exclusiveValue + 8, bits: 64 },
  tpidr: { at: cpuState.tpidr, bits: 64 },
  fpcr: { at: cpuState.fpcr, bits: 32 },
  fpsr: { at: cpuState.fpsr, bits: 32 },
};

const SPLATS = {
  8: 'v128.load8_splat',
  16: 'v128.load16_splat',
  32: 'v128.load32_splat',
  64: 'v128.load64_splat',
} as const;

function stateCell(name: string | undefined) {
  const cell = stateCells[name ?? ''];
  if (!cell) throw new TypeError(`There is no state ${name}`);
  return cell;
}

const flagCell = (name: string) => cpuState[name as 'n' | 'z' | 'c' | 'v'];

/** Pages have 4096 bytes. */
const PAGE_MASK = 4095;

/**
 * Emits a handler: registers and flags in memory, immediates in the record at `ip`. Without a main function the handler
 * is a function (ip) → next ip, 0 to leave.
 */
export class HandlerEnvironment implements Environment {
  readonly bias = GUEST_BIAS;
  readonly #ip: Local = 0;

  constructor(
    readonly builder: GraphBuilder,
    readonly layout: RecordLayout,
    readonly runtime: Runtime,
    readonly main: MainFunction | undefined,
  ) {}

  slot = (emitter: GraphEmitter, node: Node): void => {
    const { load, offset } = this.layout.slot(node);
    emitter.f.get(this.#ip).memory(load, offset);
  };

  get rare(): Label | undefined {
    return this.main?.cold;
  }

  field(): never {
    throw new TypeError('Fields are read when predecoding');
  }

  pc(): never {
    throw new TypeError('The pc is read when predecoding');
  }

  // ── State ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Pushes the base of a cell's address. @returns the static offset */
  #address(emitter: GraphEmitter, address: Node): number {
    if (address.isConstant) {
      emitter.f.i32(0);
      return Number(address.value);
    }
    emitter.emit(address);
    return 0;
  }

  #general(emitter: GraphEmitter, register: RegisterOperand, role: GeneralRole): number {
    return this.#address(emitter, generalAddress(this.builder, register, role));
  }

  #vector(emitter: GraphEmitter, register: RegisterOperand, index?: Node, bits?: number): number {
    return this.#address(emitter, vectorAddress(this.builder, register, index, bits));
  }

  read(emitter: GraphEmitter, node: Node): void {
    const { f } = emitter;
    const { register, bits = 0, name = '' } = node.detail;
    const index = node.args[0];
    switch (node.op) {
      case 'flag':
        f.i32(0).memory('i32.load', flagCell(name));
        return;
      case 'state': {
        const cell = stateCell(name);
        f.i32(0).memory(cell.bits === 64 ? 'i64.load' : 'i64.load32_u', cell.at);
        return;
      }
      case 'counter':
        f.call(this.runtime.counter);
        return;
      case 'support':
        for (const arg of node.args) emitter.emit(arg);
        f.call(this.runtime.support(name));
        return;
    }
    if (!register) throw new TypeError(`Cannot emit ${node.op}`);
    switch (node.op) {
      case 'readX': {
        const offset = this.#general(emitter, register, node.detail.stackPointer ? 'sp' : 'read');
        f.memory(node.kind === 64 ? 'i64.load' : 'i32.load', offset);
        return;
      }
      case 'readV':
        f.memory('v128.load', this.#vector(emitter, register));
        return;
      case 'readF':
        f.memory(node.kind === 'f64' ? 'f64.load' : 'f32.load', this.#vector(emitter, register));
        return;
      case 'readElement':
        f.memory(loadOperation(node), this.#vector(emitter, register, index, bits));
        return;
      case 'splatElement':
        f.memory(SPLATS[bits as 8 | 16 | 32 | 64], this.#vector(emitter, register, index, bits));
        return;
      default:
        throw new TypeError(`Cannot emit ${node.op}`);
    }
  }

  write(emitter: GraphEmitter, statement: Write): void {
    const { f } = emitter;
    switch (statement.type) {
      case 'writeX': {
        const offset = this.#general(emitter, statement.register, statement.stackPointer ? 'sp' : 'write');
        emitter.emit(statement.value);
        if (statement.value.kind === 32) f.op('i64.extend_i32_u');
        f.memory('i64.store', offset);
        return;
      }
      case 'writeV': {
        const offset = this.#vector(emitter, statement.register);
        emitter.emit(statement.value);
        if (statement.bits === 64)
          f.v128([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]).op('v128.and');
        f.memory('v128.store', offset);
        return;
      }
      case 'writeF':
      case 'writeScalar':
        this.#writeLow(emitter, statement);
        return;
      case 'writeElement': {
        const { register, index, bits, value } = statement;
        const offset = this.#vector(emitter, register, index, bits);
        emitter.emit(value);
        f.memory(storeOperation(value.kind, bits), offset);
        return;
      }
      case 'writeFlags':
        // All four are computed before any changes: they may read the old ones.
        for (const flag of ['n', 'z', 'c', 'v'] as const) {
          f.i32(0);
          emitter.emit(statement[flag]);
        }
        for (const flag of ['v', 'c', 'z', 'n'] as const) f.memory('i32.store', flagCell(flag));
        return;
      case 'writeState': {
        const cell = stateCell(statement.name);
        f.i32(0);
        emitter.emit(statement.value);
        f.memory(cell.bits === 64 ? 'i64.store' : 'i64.store32', cell.at);
        return;
      }
      case 'invalidateCode':
        emitter.emit(statement.address);
        f.call(this.runtime.invalidateLine);
        return;
    }
  }

  /** Writes the lowest bits of a vector register and clears the rest. */
  #writeLow(emitter: GraphEmitter, statement: Extract<Statement, { type: 'writeF' | 'writeScalar' }>): void {
    const { f } = emitter;
    const { register, value } = statement;
    const bits = statement.type === 'writeScalar' ? statement.bits : value.kind === 'f64' ? 64 : 32;
    const address = vectorAddress(this.builder, register);
    if (bits < 64) {
      const offset = this.#address(emitter, address);
      emitter.emit(value);
      if (value.kind === 'f32') f.op('i32.reinterpret_f32');
      else if (value.kind === 64) f.op('i32.wrap_i64');
      if (bits < 32) f.i32(2 ** bits - 1).op('i32.and');
      f.op('i64.extend_i32_u').memory('i64.store', offset);
    } else {
      const offset = this.#address(emitter, address);
      emitter.emit(value);
      f.memory(value.kind === 'f64' ? 'f64.store' : 'i64.store', offset);
    }
    const offset = this.#address(emitter, address);
    f.i64(0n).memory('i64.store', offset + 8);
  }

  // ── Memory ─────────────────────────────────────────────────────────────────────────────────────────────

  check(emitter: GraphEmitter, address: Node, bytes: number, access: Access): Place {
    const { f, pool } = emitter;
    const bit = access === 'read' ? pagePermissions.read : pagePermissions.write;
    const wide = pool.take('i64');
    const low = pool.take('i32');
    const place: Place = { push: () => f.get(low), offset: 0 };
    emitter.emit(address);
    f.tee(wide).op('i32.wrap_i64').set(low);
    if (this.main) {
      // The cold form looks more closely: a call here would make the main function larger.
      this.#inOnePage(emitter, wide, low, bytes, this.main.cold);
      this.#pagePermission(emitter, low, bit);
      f.i32(bit).op('i32.ne').unlikely().brIf(this.main.cold);
      return place;
    }
    const permitted = f.block();
    const slow = f.block();
    this.#inOnePage(emitter, wide, low, bytes, slow);
    this.#pagePermission(emitter, low, bit);
    f.likely().brIf(permitted);
    f.end();
    f.get(wide).i32(bytes).i32(bit).call(this.runtime.checkAccess).tee(low).likely().brIf(permitted);
    this.#leave(emitter, exitReasons.fault, false);
    f.end();
    return place;
  }

  /** Pushes the page's permission bit, not 0 when it is set. */
  #pagePermission({ f }: GraphEmitter, low: Local, bit: number): void {
    f.get(low).i32(PAGE_SHIFT).op('i32.shr_u').memory('i32.load8_u', PERMISSIONS_AT).i32(bit).op('i32.and');
  }

  /**
   * Branches to `slow` unless the access is below 4 GiB and inside one page. Alignment would be one comparison less, but
   * programs read unaligned words often, and gain nothing otherwise.
   */
  #inOnePage({ f }: GraphEmitter, wide: Local, low: Local, bytes: number, slow: Label): void {
    f.get(wide)
      .i64(1n << 32n)
      .op('i64.ge_u')
      .unlikely()
      .brIf(slow);
    if (bytes === 1) return;
    f.get(low)
      .i32(PAGE_MASK)
      .op('i32.and')
      .i32(PAGE_MASK + 1 - bytes)
      .op('i32.gt_u')
      .unlikely()
      .brIf(slow);
  }

  requireAligned(emitter: GraphEmitter, address: Node, bytes: number): void {
    const { f, pool } = emitter;
    const wide = pool.take('i64');
    emitter.emit(address);
    f.tee(wide)
      .op('i32.wrap_i64')
      .i32(bytes - 1)
      .op('i32.and')
      .unlikely()
      .if();
    // Without its tag, as Linux reports it.
    f.i32(0);
    pushUntagged(f, wide);
    f.memory('i64.store', engineCells.faultAddress);
    f.i32(0).i32(0).memory('i32.store', engineCells.faultAccess);
    this.#leave(emitter, exitReasons.fault, false);
    f.end();
  }

  // ── Control ────────────────────────────────────────────────────────────────────────────────────────────

  /** Leaves run(): at this instruction, or behind it. */
  #leave({ f }: GraphEmitter, reason: number, behind: boolean): void {
    if (!this.main) {
      f.i32(0)
        .i32(reason | (behind ? LEAVE_BEHIND : 0))
        .memory('i32.store', cells.leave)
        .i32(0)
        .op('return');
      return;
    }
    if (behind) f.get(this.#ip).i32(RECORD_BYTES).op('i32.add').set(this.#ip);
    f.i32(reason).set(this.main.reason).br(this.main.exit);
  }

  /** Goes on with the next instruction. */
  next({ f }: GraphEmitter): void {
    f.get(this.#ip).i32(RECORD_BYTES).op('i32.add');
    if (this.main) f.set(this.#ip).br(this.main.dispatch);
  }

  branch(emitter: GraphEmitter, target: Node): void {
    const { f, pool } = emitter;
    const { main } = this;
    if (!main) {
      // Only compared with other handlers: whoever branches lives in the main function.
      if (target.stage === 0) emitter.emit(this.layout.recordOf(target));
      else {
        emitter.emit(target);
        f.call(this.runtime.recordOfTarget);
      }
      f.op('return');
      return;
    }
    const left = pool.take('i32');
    f.get(main.fuel).get(this.#ip).op('i32.sub').i32(RECORD_BYTES).op('i32.sub').set(left);
    if (target.stage === 0) {
      emitter.emit(this.layout.recordOf(target));
      f.set(this.#ip);
    } else this.#indirect(emitter, target, main);
    f.get(left).get(this.#ip).op('i32.add').set(main.fuel);
    f.get(left).i32(0).op('i32.ge_s').likely().brIf(main.dispatch);
    f.i32(exitReasons.fuel).set(main.reason).br(main.exit);
  }

  /** Sets `ip` to the record of a computed target. */
  #indirect(emitter: GraphEmitter, target: Node, main: MainFunction): void {
    const { slowTarget, target: wide } = main;
    const { f, pool } = emitter;
    const record = pool.take('i32');
    emitter.emit(target);
    // Aligned and below 4 GiB: the two lowest bits, rotated to the top, and the upper half are zero.
    f.tee(wide)
      .i64(2n)
      .op('i64.rotr')
      .i64(1n << 30n)
      .op('i64.ge_u')
      .unlikely()
      .brIf(slowTarget);
    f.get(wide)
      .op('i32.wrap_i64')
      .i32(0)
      .memory('i32.load', cells.returnSite)
      .op('i32.eq')
      .unlikely()
      .brIf(main.returned);
    f.get(wide)
      .op('i32.wrap_i64')
      .i32(PAGE_SHIFT - 2)
      .op('i32.shr_u')
      .i32(-4)
      .op('i32.and');
    f.memory('i32.load', RECORD_INDEX_AT).tee(record).op('i32.eqz').unlikely().brIf(slowTarget);
    f.get(record)
      .get(wide)
      .op('i32.wrap_i64')
      .i32(PAGE_MASK)
      .op('i32.and')
      .i32(2)
      .op('i32.shl')
      .op('i32.add');
    f.set(this.#ip);
  }

  /** The pc that the kernel sees is that behind the instruction. */
  supervisorCall(emitter: GraphEmitter): void {
    const { f } = emitter;
    const { main } = this;
    const behind = asNode(this.builder.add(this.builder.pc(), this.builder.constant(64, 4)));
    if (!main) {
      // Finds the record's slots; it executes in the main function only.
      emitter.emit(behind);
      f.op('drop').op('unreachable');
      return;
    }
    f.i32(0);
    emitter.emit(behind);
    f.memory('i64.store', cpuState.pc);
    f.get(this.#ip).i32(RECORD_BYTES).op('i32.add').set(this.#ip).br(main.systemCall);
  }

  breakpoint(emitter: GraphEmitter): void {
    this.#leave(emitter, exitReasons.breakpoint, false);
  }

  yieldTask(emitter: GraphEmitter): void {
    this.#leave(emitter, exitReasons.yield, true);
  }
}
