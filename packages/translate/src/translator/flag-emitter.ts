import { cpuState, engineCells } from '@boxer/abi';
import type { FunctionAssembler, PlainOperation } from '@boxer/wasm';
import {
  type FlagState,
  isInLocals,
  isPending,
  pendingNumbers,
  type PendingFlags,
  widthOf,
} from './flag-state.ts';
import type { FunctionState } from './function-state.ts';

export type Flag = 'n' | 'z' | 'c' | 'v';
const FLAGS = ['n', 'z', 'c', 'v'] as const;

/** Comparisons of the operands that decide a condition, by code, where one does. */
const DIRECT = {
  sub: ['eq', 'ne', 'ge_u', 'lt_u', '', '', '', '', 'gt_u', 'le_u', 'ge_s', 'lt_s', 'gt_s', 'le_s'],
  logical: ['eq', 'ne', '', '', 'lt_s', 'ge_s', '', '', '', '', 'ge_s', 'lt_s', 'gt_s', 'le_s'],
} as const;

/** Computes flags and conditions from where the flags are. */
export class FlagEmitter {
  constructor(
    readonly f: FunctionAssembler,
    readonly state: FunctionState,
    /** Index of the function that computes pending flags in the CPU state. */
    readonly settleFlags: number,
  ) {}

  operand(state: PendingFlags, which: 'a' | 'b'): number {
    const width = widthOf(state);
    return this.state.named(`flags ${which}${width}`, width === 64 ? 'i64' : 'i32');
  }

  flagLocal(flag: Flag): number {
    return this.state.named(`flag ${flag}`, 'i32');
  }

  #type(state: PendingFlags): 'i32' | 'i64' {
    return widthOf(state) === 64 ? 'i64' : 'i32';
  }

  #op(state: PendingFlags, name: string): void {
    this.f.op(`${this.#type(state)}.${name}` as PlainOperation);
  }

  #zero(state: PendingFlags): void {
    if (widthOf(state) === 64) this.f.i64(0n);
    else this.f.i32(0);
  }

  #a(state: PendingFlags): void {
    this.f.get(this.operand(state, 'a'));
  }

  #b(state: PendingFlags): void {
    if (state.startsWith('logical')) this.#zero(state);
    else this.f.get(this.operand(state, 'b'));
  }

  #result(state: PendingFlags): void {
    this.#a(state);
    if (state.startsWith('logical')) return;
    this.#b(state);
    this.#op(state, state.startsWith('sub') ? 'sub' : 'add');
  }

  /** Pushes a flag as 0 or 1. */
  flag(state: FlagState, flag: Flag): void {
    if (!isPending(state)) {
      if (state === 'dead') throw new TypeError('Dead flags are read');
      this.f.get(this.flagLocal(flag));
      return;
    }
    switch (flag) {
      case 'n':
        this.#result(state);
        this.#zero(state);
        this.#op(state, 'lt_s');
        return;
      case 'z':
        this.#result(state);
        this.#op(state, 'eqz');
        return;
      case 'c':
        this.#carry(state);
        return;
      case 'v':
        this.#overflow(state);
    }
  }

  #carry(state: PendingFlags): void {
    if (state.startsWith('logical')) {
      this.f.i32(0);
      return;
    }
    if (state.startsWith('sub')) this.#a(state);
    else this.#result(state);
    if (state.startsWith('sub')) this.#b(state);
    else this.#a(state);
    this.#op(state, state.startsWith('sub') ? 'ge_u' : 'lt_u');
  }

  #overflow(state: PendingFlags): void {
    if (state.startsWith('logical')) {
      this.f.i32(0);
      return;
    }
    // a - b: (a ^ b) & (a ^ result); a + b: (a ^ result) & (b ^ result)
    this.#a(state);
    if (state.startsWith('sub')) this.#b(state);
    else this.#result(state);
    this.#op(state, 'xor');
    if (state.startsWith('sub')) this.#a(state);
    else this.#b(state);
    this.#result(state);
    this.#op(state, 'xor');
    this.#op(state, 'and');
    this.#zero(state);
    this.#op(state, 'lt_s');
  }

  /** Pushes whether a condition holds. */
  condition(state: FlagState, code: number): void {
    if (isPending(state)) {
      const kind = state.startsWith('sub') ? 'sub' : state.startsWith('logical') ? 'logical' : undefined;
      const direct = kind && DIRECT[kind][code];
      if (direct) {
        this.#a(state);
        this.#b(state);
        this.#op(state, direct);
        return;
      }
    }
    this.#base(state, code >> 1);
    if (code & 1) this.f.op('i32.eqz');
  }

  #base(state: FlagState, base: number): void {
    const { f } = this;
    const push = (flag: Flag) => this.flag(state, flag);
    switch (base) {
      case 0:
        push('z');
        return;
      case 1:
        push('c');
        return;
      case 2:
        push('n');
        return;
      case 3:
        push('v');
        return;
      case 4:
        push('c');
        push('z');
        f.op('i32.eqz').op('i32.and');
        return;
      case 5:
        push('n');
        push('v');
        f.op('i32.eq');
        return;
      default:
        push('n');
        push('v');
        f.op('i32.eq');
        push('z');
        f.op('i32.eqz').op('i32.and');
    }
  }

  /** Brings the flags from where they are to where a block expects them. */
  convert(from: FlagState, to: FlagState): void {
    if (from === to || to === 'dead') return;
    if (to === 'memory') {
      this.store(from);
      return;
    }
    if (to !== 'nzcv' || from === 'dead') throw new TypeError(`Cannot move flags from ${from} to ${to}`);
    if (from === 'memory') this.fetch();
    else {
      for (const flag of FLAGS) this.flag(from, flag);
      for (const flag of FLAGS.toReversed()) this.f.set(this.flagLocal(flag));
    }
  }

  /** Loads the flags of the CPU state into locals. */
  fetch(): void {
    this.f.call(this.settleFlags);
    for (const flag of FLAGS) this.f.i32(0).memory('i32.load', cpuState[flag]).set(this.flagLocal(flag));
  }

  /** Stores flags that are in locals, computed or as operands. */
  store(state: FlagState): void {
    const { f } = this;
    if (!isInLocals(state)) return;
    if (!isPending(state)) {
      for (const flag of FLAGS) f.i32(0).get(this.flagLocal(flag)).memory('i32.store', cpuState[flag]);
      f.i32(0).i32(0).memory('i32.store', engineCells.pendingFlags);
      return;
    }
    f.i32(0).i32(pendingNumbers[state]).memory('i32.store', engineCells.pendingFlags);
    const store = widthOf(state) === 64 ? 'i64.store' : 'i32.store';
    f.i32(0).get(this.operand(state, 'a')).memory(store, engineCells.flagsLeft);
    if (!state.startsWith('logical'))
      f.i32(0).get(this.operand(state, 'b')).memory(store, engineCells.flagsRight);
  }
}
