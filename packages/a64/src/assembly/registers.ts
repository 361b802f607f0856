import type { FieldValues } from '../instruction.ts';

const arrangements = ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'] as const;

/** @returns a general register's name; 31 is the zero register or the stack pointer */
export function generalRegister(index: number, width: 'w' | 'x', stackPointer = false): string {
  if (index < 31) return `${width}${index}`;
  if (!stackPointer) return `${width}zr`;
  return width === 'x' ? 'sp' : 'wsp';
}

/**
 * @param modifier - `T` and `F`: the arrangement of `size` or `sz`, and `Q`; `f`: a scalar of `ftype`; else a letter or an
 *   arrangement
 * @param element - whether an index follows: then a letter names the size of the element
 * @returns a vector register's name, or that of the scalar in it
 */
export function vectorRegister(
  index: number,
  modifier: string | undefined,
  fields: FieldValues,
  element: boolean,
): string {
  const { size = 0, Q = 1, sz = 0, ftype = 0 } = fields;
  switch (modifier) {
    case undefined:
      return `v${index}`;
    case 'T':
      return `v${index}.${arrangements[size * 2 + Q] ?? '?'}`;
    case 'F':
      return `v${index}.${sz ? '2d' : Q ? '4s' : '2s'}`;
    case 'f':
      return `${['s', 'd', '?', 'h'][ftype]}${index}`;
    default:
      return modifier.length === 1 && !element ? `${modifier}${index}` : `v${index}.${modifier}`;
  }
}

/** @returns consecutive vector registers; three and more as a range, unless they go on from v31 to v0 */
export function vectorList(
  first: number,
  count: number,
  modifier: string | undefined,
  fields: FieldValues,
): string {
  const names = Array.from({ length: count }, (_, i) =>
    vectorRegister((first + i) % 32, modifier, fields, true),
  );
  return count > 2 && first + count <= 32 ? `{${names[0]}-${names[count - 1]}}` : `{${names.join(', ')}}`;
}
