/** Registers of a thread, as tests set and compare them. */
export interface MachineState {
  /** X0…X30, and SP as the last one. */
  readonly x: readonly bigint[];
  /** V0…V31 as 128-bit numbers. */
  readonly v: readonly bigint[];
  readonly nzcv: number;
  readonly fpcr: number;
  readonly fpsr: number;
}

/** One or two instructions to execute from a state: the last one is tested, one before it prepares the monitor. */
export interface TestCase {
  /** Row of the tested instruction, for messages. */
  readonly name: string;
  readonly words: readonly number[];
  readonly before: MachineState;
  /** Memory that the instruction may touch: {@link WINDOW_BYTES} bytes at {@link windowAddress}. */
  readonly window: Uint8Array;
}

/** How the tested instruction ended. */
export type Outcome = 'next' | 'branched' | 'undefined' | 'fault';

export interface TestResult {
  readonly outcome: Outcome;
  readonly after: MachineState;
  readonly window: Uint8Array;
}

/**
 * Cases lie one behind the other in memory, each with its code, its registers and its window, so that pc-relative
 * instructions see the same addresses everywhere.
 */
export const CASES_AT = 0x40_0000;
export const BLOCK_BYTES = 2048;
export const RECORD_OFFSET = 640;
export const WINDOW_OFFSET = 1536;
export const WINDOW_BYTES = 512;
/** Offset of the first of the case's words. */
export const WORDS_OFFSET = 240;
/** Where a taken branch goes, from the tested instruction. */
export const BRANCH_DISTANCE = 20;

export const blockAddress = (index: number) => CASES_AT + index * BLOCK_BYTES;
export const windowAddress = (index: number) => blockAddress(index) + WINDOW_OFFSET;
/** Address of the tested instruction. */
export const wordAddress = (index: number, words: readonly number[]) =>
  blockAddress(index) + WORDS_OFFSET + 4 * (words.length - 1);

/** @returns what differs, as lines; empty when nothing does */
export function differences(ours: TestResult, theirs: TestResult): string[] {
  if (ours.outcome !== theirs.outcome) return [`outcome ${ours.outcome}, expected ${theirs.outcome}`];
  const lines: string[] = [];
  const compare = (what: string, a: bigint | number, b: bigint | number) => {
    if (a !== b) lines.push(`${what} 0x${a.toString(16)}, expected 0x${b.toString(16)}`);
  };
  theirs.after.x.forEach((value, i) => compare(i === 31 ? 'sp' : `x${i}`, ours.after.x[i] ?? 0n, value));
  theirs.after.v.forEach((value, i) => compare(`v${i}`, ours.after.v[i] ?? 0n, value));
  compare('nzcv', ours.after.nzcv, theirs.after.nzcv);
  compare('fpcr', ours.after.fpcr, theirs.after.fpcr);
  compare('fpsr', ours.after.fpsr, theirs.after.fpsr);
  theirs.window.forEach((byte, i) => compare(`memory[${i}]`, ours.window[i] ?? 0, byte));
  return lines;
}
