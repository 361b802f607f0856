import { type Availability, findAvailability } from './availability.ts';
import type { Processor } from './processors.ts';
import type { QemuMachine } from './qemu-machine.ts';
import type { ProcessorTraits } from './program-writer.ts';
import type { FuzzRow } from './rows.ts';

interface Exception {
  readonly rows: RegExp;
  readonly why: string;
}

/** Rows that are not compared with a processor although it has them. */
const excluded: Readonly<Partial<Record<Processor, readonly Exception[]>>> = {
  max: [
    {
      rows: /^DC ZVA$/,
      why: 'the processor max has blocks of 512 bytes (DCZID_EL0 = 7), ours are of 64 like those of the others',
    },
  ],
};

/** What qemu lacks, whatever the processor. */
const notEmulated: readonly Exception[] = [
  { rows: /^DC CVAC/, why: 'qemu 7.2 has DC CVAP in system emulation only' },
  {
    rows: /^MRS (id_|mvfr|s3_0_c0_)/,
    why: 'Linux lets EL0 read the whole identification space, qemu 7.2 only the registers that it knows',
  },
];

/** Rows of which a processor may lack words; any other must be there. That cortex-a57 lacks much is no news. */
const mayLack: Readonly<Partial<Record<Processor, readonly Exception[]>>> = {
  max: notEmulated,
  'neoverse-n1': notEmulated,
};

/** Constant registers whose values are compared: where ours are those of the processor. All others differ by design. */
const comparedRegisters: Readonly<Record<Processor, RegExp>> = {
  max: /^tpidrro_el0$/,
  'cortex-a57': /^(tpidrro|ctr|dczid)_el0$/,
  'neoverse-n1': /^(tpidrro_el0|ctr_el0|dczid_el0|midr_el1|mpidr_el1|revidr_el1|id_(?!aa64pfr1)|mvfr|s3_0)/,
};

/** What can be compared with one of qemu's processors. */
export interface ProcessorProfile {
  readonly processor: Processor;
  readonly rows: readonly FuzzRow[];
  readonly traits: ProcessorTraits;
  readonly lacking: Availability['lacking'];
  readonly exclusions: readonly Exception[];
  /** Rows of the table of which nothing is compared. */
  readonly absent: readonly string[];
}

/**
 * Finds out which rows a processor has.
 *
 * @throws Error when one is missing that should be there
 */
export async function profileOf(qemu: QemuMachine, rows: readonly FuzzRow[]): Promise<ProcessorProfile> {
  const { processor } = qemu;
  const { rows: available, lacking } = await findAvailability(qemu, rows);
  const expected = mayLack[processor];
  const unexpected = [...lacking.keys()].filter(
    (name) => expected && !expected.some((each) => each.rows.test(name)),
  );
  if (unexpected.length > 0) {
    throw new Error(`Cannot compare all rows with ${processor}: qemu has no ${unexpected.join('; ')}`);
  }
  const left = available.filter(({ name }) => !excluded[processor]?.some((each) => each.rows.test(name)));
  return {
    processor,
    rows: left,
    traits: { comparedRegisters: comparedRegisters[processor] },
    lacking,
    exclusions: [...(excluded[processor] ?? []), ...(expected ?? [])],
    absent: rows.filter(({ index }) => !left.some((row) => row.index === index)).map(({ name }) => name),
  };
}
