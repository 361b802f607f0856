import { encode } from './encode.ts';
import type { ProgramWriter } from './program-writer.ts';
import { fieldIn, type FuzzRow } from './rows.ts';

/**
 * Signed results of these are extended to 32 bits by qemu 7.2 instead of having zeros above the 16 of the result.
 *
 * @source Arm ARM DDI 0487, "FCVTZS (vector, fixed-point)": V[d, datasize] is written, the rest of the register is cleared
 */
export const EXTENDED_BY_QEMU = /^FCVTZS\/FCVTZU \(scalar, Advanced SIMD, fixed-point, 16 bits\)$/;

/** What makes results equal that qemu has otherwise: clears what lies above the half. */
export function repairOf(row: FuzzRow, word: number): number[] {
  if (!EXTENDED_BY_QEMU.test(row.name) || fieldIn(row, word, 'U') === 1) return [];
  return [encode.duplicateHalf(word & 31, word & 31)];
}

/** A row of which qemu needs a correction behind it. */
export function writeRepaired(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  writer.emit(word, ...repairOf(row, word));
}
