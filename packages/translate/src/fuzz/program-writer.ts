import type { RandomSource } from '../testing/random-source.ts';
import { isUnallocated } from './access-probe.ts';
import { encode } from './encode.ts';
import { SLOT_WORDS, slotAddress } from './layout.ts';
import type { FuzzRow } from './rows.ts';
import type { Values } from './values.ts';

/** Words that are left free for what a template still has to write. */
const RESERVE_WORDS = 60;
const ADR_REACH = 2 ** 20;

/** What differs between processors by design, and so between programs for them. */
export interface ProcessorTraits {
  /** Registers whose values are compared; of all other constant ones only the execution is. */
  readonly comparedRegisters: RegExp;
}

/** Writes one program word by word, and remembers what it needs to keep it harmless. */
export class ProgramWriter {
  readonly words: number[] = [];
  /** Registers that hold known addresses here: instructions may use them as bases. */
  readonly known = new Map<number, number>();
  /** Registers that random instructions must not touch: loop counters, return addresses. */
  readonly protectedRegisters = new Set<number>();
  /** Words where functions begin. */
  readonly functions: number[] = [0];
  /** Calls to functions that are still to be written, each by a function that patches the call. */
  readonly pendingCalls: ((target: number) => void)[][] = [];
  /** Indices of words that are data. */
  readonly data = new Set<number>();
  depth = 0;
  /** Whether SP points to a stack and is left alone. */
  hasStack = false;
  /** Functions from this one on may be called: they do not call each other in circles. */
  firstCallable = 0;
  /** One in so many accesses goes where it must fault. */
  faultEvery = 60;

  constructor(
    readonly random: RandomSource,
    readonly slot: number,
    readonly values: Values,
    readonly traits: ProcessorTraits,
    /** Writes some of the rows that are still to come. */
    readonly fill: (writer: ProgramWriter, count: number) => void,
  ) {}

  /** Index of the next word. */
  get here(): number {
    return this.words.length;
  }

  get pc(): number {
    return slotAddress(this.slot) + 4 * this.here;
  }

  get isFull(): boolean {
    return this.here > SLOT_WORDS - RESERVE_WORDS;
  }

  emit(...words: number[]): void {
    this.words.push(...words);
  }

  /** Leaves room for a word that depends on a place further on; the result writes it. */
  later(make: (distance: number) => number): (target?: number) => void {
    const at = this.here;
    this.emit(encode.nop);
    return (target = this.here) => {
      this.words[at] = make(4 * (target - at));
    };
  }

  /** From here on nothing is known of registers: ways meet. */
  forget(): void {
    this.known.clear();
  }

  /** A register that may be changed. */
  register(...except: readonly number[]): number {
    for (;;) {
      const register = this.random.below(31);
      if (!this.protectedRegisters.has(register) && !except.includes(register)) return register;
    }
  }

  /** Sets a register to a constant. */
  set(register: number, value: bigint): void {
    const halves = [0n, 16n, 32n, 48n].map((shift) => Number((BigInt.asUintN(64, value) >> shift) & 0xffffn));
    const inverted =
      halves.filter((half) => half === 0xffff).length > halves.filter((half) => half === 0).length;
    const rest = inverted ? 0xffff : 0;
    const first = Math.max(
      0,
      halves.findIndex((half) => half !== rest),
    );
    const half = halves[first] ?? 0;
    this.emit(inverted ? encode.movn(register, half ^ 0xffff, first) : encode.movz(register, half, first));
    halves.forEach((other, i) => {
      if (i > first && other !== rest) this.emit(encode.movk(register, other, i));
    });
    this.known.delete(register);
  }

  /** Makes a register, or SP, hold an address. */
  point(register: number, address: number): void {
    const to = register === 31 ? this.register() : register;
    const distance = address - this.pc;
    if (Math.abs(distance) < ADR_REACH) this.emit(encode.adr(to, distance));
    else this.set(to, BigInt(address));
    this.known.set(to, address);
    if (register !== 31) return;
    this.emit(encode.addImmediate(31, to, 0));
    this.known.set(31, address);
  }

  /** A random word of a row that touches no protected register. */
  word(row: FuzzRow): number {
    const { random } = this;
    for (let attempt = 0; ; attempt++) {
      const { mask, value } = random.oneOf(row.variants);
      let word = value | (random.word() & ~mask);
      const shared = random.below(32);
      for (const { kind, low } of row.instruction.pattern.fields) {
        if (kind !== 'general' && kind !== 'vector') continue;
        let register = random.below(8) === 0 ? shared : (word >>> low) & 31;
        while (kind === 'general' && this.protectedRegisters.has(register)) register = random.below(32);
        word = (word & ~(31 << low)) | (register << low);
      }
      word >>>= 0;
      // A few unallocated words are wanted; they end the program.
      if (!row.mayBeUnallocated || attempt > 50 || random.below(400) === 0 || !isUnallocated(word))
        return word;
    }
  }

  /** Registers that a word names may have changed, all but an index or base that the caller knows better. */
  touched(registers: readonly number[]): void {
    for (const register of registers) this.known.delete(register);
  }
}
