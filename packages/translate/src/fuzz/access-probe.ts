import { blankState, execute, type OracleMemory } from '@boxer/a64';

/** What an instruction does to memory and to its base register, seen from the base register's value. */
export interface Access {
  /** Lowest byte, and the one behind the highest, relative to the base register. */
  readonly low: number;
  readonly high: number;
  readonly isWrite: boolean;
  /** What the base register has grown by afterwards. */
  readonly moved: number;
}

class RecordingMemory implements OracleMemory {
  low = Infinity;
  high = -Infinity;
  isWrite = false;

  #note(address: bigint, bytes: number, isWrite: boolean): void {
    const at = Number(BigInt.asIntN(56, address));
    this.low = Math.min(this.low, at);
    this.high = Math.max(this.high, at + bytes);
    this.isWrite ||= isWrite;
  }

  read(address: bigint, bytes: number, access: string): bigint {
    this.#note(address, bytes, access === 'write');
    return 0n;
  }

  write(address: bigint, bytes: number): void {
    this.#note(address, bytes, true);
  }
}

/** Memory that reads as zero and permits everything. */
export const blankMemory = (): OracleMemory => new RecordingMemory();

/** @returns the bytes that an instruction accesses with these registers, by address; undefined when there are none */
export function footprint(word: number, x: readonly bigint[]): Omit<Access, 'moved'> | undefined {
  const memory = new RecordingMemory();
  execute({ ...blankState(), x: [...x] }, memory, word);
  return memory.low === Infinity
    ? undefined
    : { low: memory.low, high: memory.high, isWrite: memory.isWrite };
}

/** @returns whether immediates or register numbers make the word unallocated */
export function isUnallocated(word: number): boolean {
  return execute(blankState(), new RecordingMemory(), word) === 'undefined';
}

/**
 * Finds out what an instruction accesses, by executing it on BigInts with a base register of 0.
 *
 * @param index - number and value of an index register
 * @returns undefined when it accesses nothing
 */
export function probeAccess(
  word: number,
  base: number,
  index?: readonly [register: number, value: bigint],
): Access | undefined {
  const state = blankState();
  if (index && index[0] < 31) state.x[index[0]] = BigInt.asUintN(64, index[1]);
  const memory = new RecordingMemory();
  execute(state, memory, word);
  if (memory.low === Infinity) return undefined;
  const { low, high, isWrite } = memory;
  return { low, high, isWrite, moved: Number(BigInt.asIntN(64, state.x[base] ?? 0n)) };
}
