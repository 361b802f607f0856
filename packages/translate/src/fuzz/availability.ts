import { RandomSource } from '../testing/random-source.ts';
import { encode } from './encode.ts';
import {
  BATCH_PROGRAMS,
  DATA_AT,
  IMAGE_BYTES,
  signals,
  slotAddress,
  STATE_BYTES,
  stateOffsets,
} from './layout.ts';
import { makeBatch, type Program } from './program.ts';
import type { QemuMachine } from './qemu-machine.ts';
import { type FuzzRow, type RowVariant } from './rows.ts';
import { withField } from '../testing/instruction-fields.ts';
import { isUnallocated } from './access-probe.ts';

/** Rows whose words cannot be tried out of context; every processor has them. */
const ALWAYS = /^(B\/BL|B\.cond|CBZ|TBZ|BR\/|SVC|BRK)/;
const ATTEMPTS = 100;

/** A word of a variant that is allocated and whose base register is not the one it loads. */
function sample(row: FuzzRow, { mask, value }: RowVariant, random: RandomSource): number {
  for (let attempt = 0; ; attempt++) {
    let word = (value | (random.word() & ~mask)) >>> 0;
    // Even numbers for CASP, different ones for pairs and bases.
    const registers: Readonly<Record<string, number>> = { Rs: 2, Rt: 4, Rt2: 6, Rn: 8, Rm: 31, Rd: 10 };
    for (const [name, register] of Object.entries(registers))
      word = withField(row.instruction, word, name, register);
    if (attempt === ATTEMPTS || !row.mayBeUnallocated || !isUnallocated(word)) return word;
  }
}

function registers(slot: number): Uint8Array {
  const state = new Uint8Array(STATE_BYTES);
  const view = new DataView(state.buffer);
  for (let i = 0; i < 32; i++) view.setUint32(stateOffsets.x + 8 * i, DATA_AT + 0x1000, true);
  view.setUint32(stateOffsets.pc, slotAddress(slot), true);
  return state;
}

/** The rows that a processor has, with those variants that it has; and those that it lacks. */
export interface Availability {
  readonly rows: readonly FuzzRow[];
  /** For rows of which some variant is lacking: how many of how many. */
  readonly lacking: ReadonlyMap<string, readonly [lacking: number, of: number]>;
}

/** Tries each variant of each row: what raises SIGILL on qemu's processor is not there. */
export async function findAvailability(qemu: QemuMachine, rows: readonly FuzzRow[]): Promise<Availability> {
  const random = new RandomSource(1);
  const tried = rows.flatMap((row) =>
    ALWAYS.test(row.name)
      ? []
      : row.variants.map((variant) => ({ row, variant, word: sample(row, variant, random) })),
  );
  const unavailable = new Set<RowVariant>();
  for (let first = 0; first < tried.length; first += BATCH_PROGRAMS) {
    const some = tried.slice(first, first + BATCH_PROGRAMS);
    const programs = some.map(({ word }, slot): Program => ({
      number: slot,
      slot,
      words: [word, encode.brk(0)],
      rows: [],
      before: registers(slot),
      functions: [0],
    }));
    const results = await qemu.run(makeBatch(qemu.processor, programs, new Uint8Array(IMAGE_BYTES)));
    results.forEach(({ state }, i) => {
      const signal = new DataView(state.buffer, state.byteOffset).getUint32(stateOffsets.signal, true);
      const variant = some[i]?.variant;
      if (signal === signals.undefined && variant) unavailable.add(variant);
    });
  }
  const lacking = new Map<string, readonly [number, number]>();
  const available = rows.flatMap((row) => {
    const variants = row.variants.filter((variant) => !unavailable.has(variant));
    const missing = row.variants.length - variants.length;
    if (missing > 0) lacking.set(row.name, [missing, row.variants.length]);
    return variants.length > 0 ? [{ ...row, variants }] : [];
  });
  return { rows: available, lacking };
}
