import { type Availability, findAvailability } from './availability.ts';
import type { Processor, QemuMachine } from './qemu-machine.ts';
import type { ProcessorTraits } from './program-writer.ts';
import type { FuzzRow } from './rows.ts';

interface Exception {
  readonly row: string;
  readonly why: string;
}

/** Rows that are not compared with a processor although it has them. */
const excluded: Readonly<Record<Processor, readonly Exception[]>> = {
  max: [
    {
      row: 'DC ZVA',
      why: 'the processor max has blocks of 512 bytes (DCZID_EL0 = 7), ours are of 64 like those of cortex-a57',
    },
  ],
  'cortex-a57': [],
};

/** Rows of which a processor may lack words; any other must be there. That cortex-a57 is an Armv8.0 processor is no news. */
const mayLack: Readonly<Partial<Record<Processor, readonly Exception[]>>> = {
  max: [{ row: 'DC CVAC/CVAU/CVAP/CIVAC', why: 'qemu 7.2 has DC CVAP in system emulation only' }],
};

/** Constant registers whose values are compared: where ours are those of the processor. All others differ by design. */
const comparedRegisters: Readonly<Record<Processor, readonly string[]>> = {
  max: ['tpidrro_el0'],
  'cortex-a57': ['tpidrro_el0', 'ctr_el0', 'dczid_el0'],
};

/** What can be compared with one of qemu's processors. */
export interface ProcessorProfile {
  readonly processor: Processor;
  readonly rows: readonly FuzzRow[];
  readonly traits: ProcessorTraits;
  readonly lacking: Availability['lacking'];
  readonly exclusions: readonly Exception[];
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
    (name) => expected && !expected.some(({ row }) => row === name),
  );
  if (unexpected.length > 0) {
    throw new Error(`Cannot compare all rows with ${processor}: qemu has no ${unexpected.join('; ')}`);
  }
  const exclusions = [...excluded[processor], ...(expected ?? [])];
  return {
    processor,
    rows: available.filter(({ name }) => !excluded[processor].some(({ row }) => row === name)),
    traits: { comparedRegisters: comparedRegisters[processor] },
    lacking,
    exclusions,
  };
}
