import { BATCH_PROGRAMS, CODE_BYTES, SLOT_BYTES, SLOT_WORDS } from './layout.ts';
import type { Processor } from './processors.ts';

/** A program and the registers that it starts with. */
export interface Program {
  /** What makes it again: its number under the run's seed. */
  readonly number: number;
  /** Where it lies: see slotAddress. */
  readonly slot: number;
  readonly words: readonly number[];
  /** For each word the index of its row in the table; -1 where a word is data or does not matter. */
  readonly rows: readonly number[];
  /** Registers, laid out as `stateOffsets` says. */
  readonly before: Uint8Array;
  /** Words where functions begin; the first is the program's. */
  readonly functions: readonly number[];
}

/** Programs that are executed with one memory image. */
export interface Batch {
  readonly processor: Processor;
  readonly programs: readonly Program[];
  /** CODE_BYTES from CODE_AT on. */
  readonly code: Uint8Array;
  /** The data pages at the start of each program. */
  readonly image: Uint8Array;
}

/** Puts programs into their slots. */
export function makeBatch(processor: Processor, programs: readonly Program[], image: Uint8Array): Batch {
  if (programs.length > BATCH_PROGRAMS) throw new RangeError(`${programs.length} programs in a batch`);
  const code = new Uint8Array(CODE_BYTES);
  const view = new DataView(code.buffer);
  for (const { slot, words } of programs) {
    if (words.length > SLOT_WORDS) throw new RangeError(`A program of ${words.length} words`);
    words.forEach((word, i) => view.setUint32(slot * SLOT_BYTES + 4 * i, word >>> 0, true));
  }
  return { processor, programs, code, image };
}
