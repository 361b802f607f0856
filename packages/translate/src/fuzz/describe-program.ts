import { disassemble } from '@boxer/a64';
import { encode } from './encode.ts';
import { slotAddress, stateOffsets } from './layout.ts';
import type { Mismatch } from './checker.ts';
import type { Program } from './program.ts';

const hex = (value: bigint | number) => `0x${value.toString(16)}`;

/** The program's assembly, without the NOPs that shrinking has left. */
export function assemblyOf({ words, slot }: Program): string[] {
  return words.flatMap((word, i) => {
    const at = slotAddress(slot) + 4 * i;
    if (word === encode.nop) return [];
    return [`${hex(at)}  ${word.toString(16).padStart(8, '0')}  ${disassemble(word, BigInt(at))}`];
  });
}

/** The registers that a program starts with, where they are not zero. */
export function inputsOf({ before }: Program): string[] {
  const view = new DataView(before.buffer, before.byteOffset, before.length);
  const general = Array.from({ length: 32 }, (_, i) => {
    const value = view.getBigUint64(stateOffsets.x + 8 * i, true);
    return value === 0n ? [] : [`${i === 31 ? 'sp' : `x${i}`}=${hex(value)}`];
  });
  const vectors = Array.from({ length: 32 }, (_, i) => {
    const at = stateOffsets.v + 16 * i;
    const value = view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
    return value === 0n ? [] : [`v${i}=${hex(value)}`];
  });
  const words = (['nzcv', 'fpcr', 'fpsr'] as const).map((name) => {
    const value = view.getUint32(stateOffsets[name], true);
    return value === 0 ? [] : [`${name}=${hex(value)}`];
  });
  return [...general, ...vectors, ...words].flat();
}

/** Everything that one needs to understand a mismatch, and to see it again. */
export function describeMismatch({ who, program, batch, differences }: Mismatch, seed: number): string {
  const image = batch.image.some((byte) => byte !== 0) ? 'as of the batch' : 'zero';
  return [
    `${who} differs: --seed ${seed} --program ${program.number} (-cpu ${batch.processor})`,
    ...assemblyOf(program).map((line) => `  ${line}`),
    `  inputs: ${inputsOf(program).join(' ') || 'none'}; memory ${image}`,
    ...differences.slice(0, 12).map(({ what, ours, expected }) => `  ${what}: ${ours}, expected ${expected}`),
    ...(differences.length > 12 ? [`  and ${differences.length - 12} more`] : []),
  ].join('\n');
}
