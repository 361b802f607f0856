import { dataPages, STATE_BYTES, stateOffsets } from './layout.ts';
import type { OurProcess } from './our-process.ts';
import type { QemuResult } from './qemu-machine.ts';

const PAGE = 4096;

/** Fields of the state that are compared, in bytes; the signal's code is the kernel's matter. */
const fields: readonly (readonly [name: string, at: number, bytes: number])[] = [
  ...Array.from({ length: 32 }, (_, i) => [i === 31 ? 'sp' : `x${i}`, stateOffsets.x + 8 * i, 8] as const),
  ['pc', stateOffsets.pc, 8],
  ['nzcv', stateOffsets.nzcv, 8],
  ['fpcr', stateOffsets.fpcr, 4],
  ['fpsr', stateOffsets.fpsr, 4],
  ['tpidr', stateOffsets.tpidr, 8],
  ['signal', stateOffsets.signal, 4],
  ['fault address', stateOffsets.faultAddress, 8],
  ...Array.from({ length: 32 }, (_, i) => [`v${i}`, stateOffsets.v + 16 * i, 16] as const),
];

function hexadecimal(state: Uint8Array, at: number, bytes: number): string {
  const digits = Buffer.from(state.subarray(at, at + bytes))
    .reverse()
    .toString('hex');
  return `0x${digits.replace(/^0+(?=.)/, '')}`;
}

/** A difference: which field or byte, ours and the expected value. */
export interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly expected: string;
}

const equal = (a: Uint8Array, b: Uint8Array, from: number, to: number) =>
  Buffer.compare(a.subarray(from, to), b.subarray(from, to)) === 0;

/** @returns the fields in which two states differ */
export function stateDifferences(ours: Uint8Array, expected: Uint8Array): Difference[] {
  const same =
    equal(ours, expected, 0, stateOffsets.code) &&
    equal(ours, expected, stateOffsets.faultAddress, stateOffsets.changes) &&
    equal(ours, expected, stateOffsets.v, STATE_BYTES);
  if (same) return [];
  return fields.flatMap(([what, at, bytes]) =>
    equal(ours, expected, at, at + bytes)
      ? []
      : [{ what, ours: hexadecimal(ours, at, bytes), expected: hexadecimal(expected, at, bytes) }],
  );
}

/** Memory as it must be after a program: the image with qemu's changes. */
export class ExpectedMemory {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(readonly image: Uint8Array) {
    this.#bytes = Uint8Array.from(image);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** @returns the bytes in which a process's pages differ, by address */
  differences(process: OurProcess, { changes }: QemuResult): Difference[] {
    for (const [index, value] of changes) this.#view.setBigUint64(8 * index, value, true);
    const found = dataPages.flatMap(({ address }, page) => {
      const expected = this.#bytes.subarray(page * PAGE, (page + 1) * PAGE);
      const ours = process.page(page);
      return Buffer.compare(ours, expected) === 0 ? [] : bytesThatDiffer(ours, expected, address);
    });
    for (const [index] of changes) {
      this.#bytes.set(this.image.subarray(8 * index, 8 * index + 8), 8 * index);
    }
    return found;
  }
}

/** @returns the bytes that differ, named by their addresses */
export function bytesThatDiffer(ours: Uint8Array, expected: Uint8Array, address: number): Difference[] {
  return Array.from(expected, (byte, i) => ({ byte, ours: ours[i] ?? 0, i }))
    .filter((entry) => entry.byte !== entry.ours)
    .map(({ byte, ours: own, i }) => ({
      what: `memory[0x${(address + i).toString(16)}]`,
      ours: `0x${own.toString(16)}`,
      expected: `0x${byte.toString(16)}`,
    }));
}
