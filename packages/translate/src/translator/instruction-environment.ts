import type { Access, Node, RegisterOperand, Statement } from '@boxer/a64';
import {
  cpuState,
  GUEST_BIAS,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
  pagePermissions,
  PERMISSIONS_AT,
} from '@boxer/abi';
import type { FunctionAssembler, Label, Local } from '@boxer/wasm';
import type { Environment, GraphEmitter, Place } from '../emit/graph-emitter.ts';
import { laneOperation, plainOperation } from '../emit/operations.ts';
import type { AccessPlan, AccessPlans } from './access-plan.ts';
import type { GuestInstruction } from './decode-instruction.ts';
import type { Flag, FlagEmitter } from './flag-emitter.ts';
import { type FlagState, isPending } from './flag-state.ts';
import type { FunctionState } from './function-state.ts';
import { isZeroVector } from './vector-classes.ts';
import { elementOf, type VectorElement } from './vector-element.ts';
import { addressOf, CONDITION, FLOAT_CONTROL, FLOAT_INEXACT } from './translation-builder.ts';

/** What an instruction's code needs of the function around it. */
export interface Surroundings {
  readonly state: FunctionState;
  readonly flags: FlagEmitter;
  readonly plans: AccessPlans;
  /** Index of a function of the support module. */
  support(name: string): number;
  /** Pushes a guest address that is known but for where the code lies, as i64. */
  pushAddress(address: number): void;
  /** The same modulo 4 GiB, as i32. */
  pushLowAddress(address: number): void;
  /** With a condition on the stack: lets the interpreter go on at the prepared place when it holds. */
  leaveIf(): void;
  /** Says where; once is enough for what follows. */
  prepareLeave(): void;
  /** Where the interpreter executes the instruction; the place is prepared already. */
  readonly rare: Label | undefined;
  /** Emits the taken side of the instruction's branch. */
  branch(emitter: GraphEmitter, target: Node): void;
}

const stateCells: Readonly<Record<string, { readonly at: number; readonly bits: 32 | 64 }>> = {
  exclusiveAddress: { at: cpuState.exclusiveAddress, bits: 64 },
  exclusiveLow: { at: cpuState.exclusiveValue, bits: 64 },
  exclusiveHigh: { at: cpuState.exclusiveValue + 8, bits: 64 },
  tpidr: { at: cpuState.tpidr, bits: 64 },
  fpcr: { at: cpuState.fpcr, bits: 32 },
  fpsr: { at: cpuState.fpsr, bits: 32 },
};

function stateCell(name: string | undefined) {
  const cell = stateCells[name ?? ''];
  if (!cell) throw new TypeError(`There is no state ${name}`);
  return cell;
}

const SHAPES: Readonly<Record<number, string>> = { 8: 'i8x16', 16: 'i16x8', 32: 'i32x4', 64: 'i64x2' };
const LOW_HALF = [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0];
const ZEROS = Array.from({ length: 16 }, () => 0);

/**
 * Distances from a register that are added by the access itself, without wrapping around: registers near an address that may be
 * accessed lie below 4 GiB, for neither the first pages nor the last ones can be mapped.
 */
const MAX_STATIC_OFFSET = 0x7fff;
const UPPER_HALF = 0xffff_ffff_0000_0000n;

type RangeCheck = Extract<AccessPlan, { type: 'range' }>;

/** Emits one instruction with registers and flags in locals. */
export class InstructionEnvironment implements Environment {
  readonly slot = undefined;
  readonly rare: Label | undefined;
  readonly bias = GUEST_BIAS;

  constructor(
    readonly instruction: GuestInstruction,
    /** Where the flags are before and behind the instruction. */
    readonly flagsBefore: FlagState,
    readonly flagsAfter: FlagState,
    readonly surroundings: Surroundings,
  ) {
    this.rare = surroundings.rare;
  }

  /** Loads into a register that is kept as a float, and stores of one, need no detour through an integer. */
  floatKind(node: Node): 'f32' | 'f64' | undefined {
    const { body } = this.instruction.builder;
    const { state } = this.surroundings;
    const { bits = 0 } = node.detail;
    if (node.op === 'load') {
      const write = body.find((each) => each.type === 'writeScalar' && each.value === node);
      if (write?.type !== 'writeScalar' || write.bits !== bits) return undefined;
      const kind = state.classOf(this.#number(write.register));
      return kind === 'v128' ? undefined : kind;
    }
    if (node.op !== 'readElement') return undefined;
    const store = body.find((each) => each.type === 'store' && each.value === node);
    if (store?.type !== 'store' || store.bits !== bits) return undefined;
    const kind = state.classOf(this.#element(node.detail.register, bits, node.args[0]).register);
    return kind === 'v128' ? undefined : kind;
  }

  field(): never {
    throw new TypeError('A translated instruction has no fields');
  }

  pc(): never {
    throw new TypeError('The pc is an address');
  }

  #number(register: RegisterOperand | undefined): number {
    if (!register) throw new TypeError('A node that reads or writes a register has one');
    return register.numberIn(this.instruction.word);
  }

  #element(register: RegisterOperand | undefined, bits: number, index: Node | undefined): VectorElement {
    return elementOf(this.instruction.word, register, bits, index);
  }

  // ── Reads ──────────────────────────────────────────────────────────────────────────────────────────────

  read(emitter: GraphEmitter, node: Node): void {
    const { f } = emitter;
    const { state } = this.surroundings;
    const { register, name = '', bits = 0 } = node.detail;
    switch (node.op) {
      case 'readX':
        f.get(state.general(this.#number(register)));
        if (node.kind === 32) f.op('i32.wrap_i64');
        return;
      case 'readV':
        f.get(state.vector(this.#number(register)));
        return;
      case 'readF':
        f.get(state.vector(this.#number(register)));
        if (state.classOf(this.#number(register)) === 'v128')
          f.lane(node.kind === 'f64' ? 'f64x2.extract_lane' : 'f32x4.extract_lane', 0);
        return;
      case 'readElement':
        this.#readElement(emitter, node);
        return;
      case 'splatElement':
        this.#splatted(emitter, node);
        f.op(plainOperation(`${SHAPES[bits]}.splat`));
        return;
      case 'flag':
        this.#flag(name);
        return;
      case 'address':
        this.surroundings.pushAddress(addressOf(node, this.instruction.pc, this.instruction.word) ?? 0);
        return;
      case 'state': {
        const cell = stateCell(name);
        f.i32(0).memory(cell.bits === 64 ? 'i64.load' : 'i64.load32_u', cell.at);
        return;
      }
      case 'support':
        for (const arg of node.args) emitter.emit(arg);
        f.call(this.surroundings.support(name));
        return;
      default:
        throw new TypeError(`Cannot translate ${node.op}`);
    }
  }

  #flag(name: string): void {
    const { flags, state } = this.surroundings;
    if (name === FLOAT_CONTROL) state.f.get(state.floatControl);
    else if (name === FLOAT_INEXACT) state.f.get(state.floatInexact);
    else if (name.startsWith(CONDITION))
      flags.condition(this.flagsBefore, Number(name.slice(CONDITION.length)));
    else flags.flag(this.flagsBefore, name as Flag);
  }

  #extract({ f }: GraphEmitter, bits: number, index: number, signed: boolean): void {
    const suffix = bits < 32 ? (signed ? '_s' : '_u') : '';
    f.lane(laneOperation(`${SHAPES[bits]}.extract_lane${suffix}`), index);
  }

  /** Pushes the element that a splat repeats. */
  #splatted(emitter: GraphEmitter, node: Node): void {
    const { register, bits = 0 } = node.detail;
    const element = this.#element(register, bits, node.args[0]);
    emitter.f.get(this.surroundings.state.vector(element.register));
    this.#extract(emitter, bits, element.index, false);
  }

  #readElement(emitter: GraphEmitter, node: Node): void {
    const { f } = emitter;
    const { state } = this.surroundings;
    const { register, bits = 0, signed = false } = node.detail;
    const element = this.#element(register, bits, node.args[0]);
    f.get(state.vector(element.register));
    const kind = state.classOf(element.register);
    if (emitter.isFloat(node)) return;
    if (kind === 'f64') f.op('i64.reinterpret_f64');
    else if (kind === 'f32') f.op('i32.reinterpret_f32');
    else this.#extract(emitter, bits, element.index, signed);
    if (node.kind === 64 && bits < 64) f.op(signed ? 'i64.extend_i32_s' : 'i64.extend_i32_u');
  }

  // ── Writes ─────────────────────────────────────────────────────────────────────────────────────────────

  write(emitter: GraphEmitter, statement: Statement): void {
    const { f } = emitter;
    const { state } = this.surroundings;
    switch (statement.type) {
      case 'writeX':
        emitter.emit(statement.value);
        if (statement.value.kind === 32) f.op('i64.extend_i32_u');
        f.set(state.general(this.#number(statement.register)));
        return;
      case 'writeV':
        if (this.#writesZero(emitter, statement)) return;
        emitter.emit(statement.value);
        if (statement.bits === 64) f.v128(LOW_HALF).op('v128.and');
        f.set(state.vector(this.#number(statement.register)));
        return;
      case 'writeF':
        this.#writeFloat(emitter, this.#number(statement.register), statement.value);
        return;
      case 'writeScalar':
        this.#writeScalar(emitter, statement);
        return;
      case 'writeElement': {
        const { register, index } = this.#element(statement.register, statement.bits, statement.index);
        const local = state.vector(register);
        f.get(local);
        emitter.emit(statement.value);
        if (statement.bits < 64 && statement.value.kind === 64) f.op('i32.wrap_i64');
        f.lane(laneOperation(`${SHAPES[statement.bits]}.replace_lane`), index).set(local);
        return;
      }
      case 'writeFlags':
        this.#writeFlags(emitter, statement);
        return;
      case 'writeState': {
        const cell = stateCell(statement.name);
        f.i32(0);
        emitter.emit(statement.value);
        f.memory(cell.bits === 64 ? 'i64.store' : 'i64.store32', cell.at);
        if (statement.name === 'fpcr' || statement.name === 'fpsr') state.loadFloatState();
        return;
      }
      default:
        throw new TypeError(`Cannot translate ${statement.type}`);
    }
  }

  /** Vector instructions may clear a register that is kept as a float. */
  #writesZero({ f }: GraphEmitter, { register, value }: Extract<Statement, { type: 'writeV' }>): boolean {
    const number = this.#number(register);
    const kind = this.surroundings.state.classOf(number);
    if (kind === 'v128') return false;
    if (!isZeroVector(value)) throw new TypeError('A register kept as a float gets a vector');
    if (kind === 'f64') f.i64(0n).op('f64.reinterpret_i64');
    else f.i32(0).op('f32.reinterpret_i32');
    this.surroundings.state.setScalar(number);
    return true;
  }

  #writeFloat(emitter: GraphEmitter, register: number, value: Node): void {
    const { f } = emitter;
    const { state } = this.surroundings;
    const whole = state.classOf(register) === 'v128';
    if (whole) f.v128(ZEROS);
    emitter.emit(value);
    if (whole) f.lane(value.kind === 'f64' ? 'f64x2.replace_lane' : 'f32x4.replace_lane', 0);
    state.setScalar(register);
  }

  #writeScalar(emitter: GraphEmitter, statement: Extract<Statement, { type: 'writeScalar' }>): void {
    const { f } = emitter;
    const { state } = this.surroundings;
    const { bits, value } = statement;
    const register = this.#number(statement.register);
    const kind = state.classOf(register);
    if (kind === 'v128') f.v128(ZEROS);
    emitter.emit(value);
    if (emitter.isFloat(value)) {
      state.setScalar(register);
      return;
    }
    if (bits < 64 && value.kind === 64) f.op('i32.wrap_i64');
    if (kind === 'v128') f.lane(laneOperation(`${SHAPES[bits]}.replace_lane`), 0);
    else f.op(kind === 'f64' ? 'f64.reinterpret_i64' : 'f32.reinterpret_i32');
    state.setScalar(register);
  }

  #writeFlags(emitter: GraphEmitter, statement: Extract<Statement, { type: 'writeFlags' }>): void {
    const { f } = emitter;
    const { flags } = this.surroundings;
    if (isPending(this.flagsAfter) && statement === this.instruction.form.lastFlags) {
      const operands = this.instruction.builder.flagOperands.get(statement);
      if (!operands) throw new TypeError('Pending flags have no operands');
      emitter.emit(operands.a);
      const b = operands.state.startsWith('logical') ? undefined : operands.b;
      if (b) emitter.emit(b);
      if (b) f.set(flags.operand(operands.state, 'b'));
      f.set(flags.operand(operands.state, 'a'));
      return;
    }
    for (const flag of ['n', 'z', 'c', 'v'] as const) emitter.emit(statement[flag]);
    for (const flag of ['v', 'c', 'z', 'n'] as const) f.set(flags.flagLocal(flag));
  }

  // ── Memory ─────────────────────────────────────────────────────────────────────────────────────────────

  check(emitter: GraphEmitter, address: Node, bytes: number, access: Access): Place {
    const { f, pool } = emitter;
    const plan = this.surroundings.plans.get(this.instruction)?.get(address);
    if (plan?.type === 'fixed') return this.#checkFixed(emitter, plan);
    if (plan?.type !== 'covered') this.surroundings.prepareLeave();
    if (plan?.type === 'range') this.#checkRange(emitter, plan);
    if (plan && Math.abs(plan.offset) <= MAX_STATIC_OFFSET) {
      const register = this.surroundings.state.general(plan.register);
      return { push: () => f.get(register).op('i32.wrap_i64'), offset: plan.offset };
    }
    const low = pool.take('i32');
    emitter.emit(address);
    if (plan) f.op('i32.wrap_i64').set(low);
    else this.#checkPage(emitter, low, bytes, access);
    return { push: () => f.get(low), offset: 0 };
  }

  /**
   * Checks the page of an address that is known but for where the code lies. It is computed modulo 4 GiB, so that what is checked is
   * what is accessed wherever that is: code may be put where it was not made.
   */
  #checkFixed({ f }: GraphEmitter, { address, bits }: Extract<AccessPlan, { type: 'fixed' }>): Place {
    const push = () => this.surroundings.pushLowAddress(address);
    if (bits !== 0) {
      this.surroundings.prepareLeave();
      push();
      this.#leaveUnless(f, bits);
    }
    return { push, offset: 0 };
  }

  /** Leaves unless the page of the address on the stack has these permissions. What may be written may be read, too. */
  #leaveUnless(f: FunctionAssembler, bits: number): void {
    f.i32(PAGE_SHIFT).op('i32.shr_u').memory('i32.load8_u', PERMISSIONS_AT);
    f.i32(bits & pagePermissions.write || bits)
      .op('i32.and')
      .op('i32.eqz');
    this.surroundings.leaveIf();
  }

  /** Checks an access at the address on the stack: that it is below 4 GiB, ends before its page does, and may be made. */
  #checkPage({ f, pool }: GraphEmitter, low: Local, bytes: number, access: Access): void {
    const wide = pool.take('i64');
    f.tee(wide).op('i32.wrap_i64').set(low);
    f.get(wide);
    if (bytes === 1) f.i64(32n).op('i64.shr_u').op('i32.wrap_i64');
    else {
      // The upper half must be 0, and the distance from the page's start small: one comparison for both.
      f.i64(UPPER_HALF | BigInt(PAGE_SIZE_BYTES - 1)).op('i64.and');
      f.i64(BigInt(PAGE_SIZE_BYTES - bytes)).op('i64.gt_u');
    }
    this.surroundings.leaveIf();
    f.get(low);
    this.#leaveUnless(f, pagePermissions[access]);
  }

  /** Checks a range that is shorter than a page: nearly always it lies in one, otherwise in two. */
  #checkRange({ f, pool }: GraphEmitter, { register, low, bytes, bits }: RangeCheck): void {
    const wide = pool.take('i64');
    f.get(this.surroundings.state.general(register));
    if (low !== 0) f.i64(BigInt(low)).op('i64.add');
    f.tee(wide)
      .i64(UPPER_HALF | BigInt(PAGE_SIZE_BYTES - 1))
      .op('i64.and');
    f.i64(BigInt(PAGE_SIZE_BYTES - bytes))
      .op('i64.gt_u')
      .unlikely()
      .if();
    f.get(wide)
      .i64(1n << 32n)
      .op('i64.ge_u');
    this.surroundings.leaveIf();
    // An end beyond 4 GiB wraps around to page 0, which is never mapped.
    f.get(wide)
      .op('i32.wrap_i64')
      .i32(bytes - 1)
      .op('i32.add');
    this.#leaveUnless(f, bits);
    f.end();
    f.get(wide).op('i32.wrap_i64');
    this.#leaveUnless(f, bits);
  }

  requireAligned(emitter: GraphEmitter, address: Node, bytes: number): void {
    this.surroundings.prepareLeave();
    emitter.emit(address);
    emitter.f
      .op('i32.wrap_i64')
      .i32(bytes - 1)
      .op('i32.and');
    this.surroundings.leaveIf();
  }

  // ── Control ────────────────────────────────────────────────────────────────────────────────────────────

  branch(emitter: GraphEmitter, target: Node): void {
    this.surroundings.branch(emitter, target);
  }

  supervisorCall(): never {
    throw new TypeError('System calls are left to the interpreter');
  }

  breakpoint(): never {
    throw new TypeError('Breakpoints are left to the interpreter');
  }

  yieldTask(): never {
    throw new TypeError('Yielding is left to the interpreter');
  }
}
