import { decode } from './decoder.ts';
import type { FieldValues } from './instruction.ts';

const arrangements = ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'] as const;

function generalRegister(index: number, width: 'w' | 'x', stackPointer: boolean): string {
  if (index < 31) return `${width}${index}`;
  if (!stackPointer) return `${width}zr`;
  return width === 'x' ? 'sp' : 'wsp';
}

/** A vector register, or the scalar in it; before `[` a letter names the size of the element. */
function vectorRegister(
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

type Operands = Readonly<Record<string, string | number | bigint>>;

/** One placeholder: a computed operand, a register, or a field as a number. */
function placeholder(text: string, fields: FieldValues, operands: Operands, element: boolean): string {
  const match = /^(\w+)(\|sp)?(?:[.:](\w+))?$/.exec(text);
  const [, name = '', stackPointer, modifier] = match ?? [];
  const computed = operands[name];
  if (computed !== undefined) return String(computed);
  const value = fields[name];
  if (value === undefined) return `{${text}}`;
  if (/^R[a-z]/.test(name)) {
    const width =
      modifier === 'w' || (modifier !== 'x' && stackPointer === undefined && fields['sf'] === 0) ? 'w' : 'x';
    const narrow = modifier === undefined && fields['sf'] === 0 ? 'w' : width;
    return generalRegister(value, narrow, stackPointer !== undefined);
  }
  return /^V[a-z]/.test(name) ? vectorRegister(value, modifier, fields, element) : String(value);
}

/** `{, lsl #12 if sh}`: its text when the field is not 0. */
const CONDITIONAL = /\{([^{}]*) if (\w+)\}/g;
const PLACEHOLDER = /\{([^{}]*)\}(\[?)/g;
/** `{{` and `}}` are braces. */
const OPEN = '\u0001';
const CLOSE = '\u0002';

function fill(template: string, fields: FieldValues, operands: Operands): string {
  return template
    .replaceAll('{{', OPEN)
    .replaceAll('}}', CLOSE)
    .replaceAll(CONDITIONAL, (_, text: string, name: string) => (fields[name] ? text : ''))
    .replaceAll(
      PLACEHOLDER,
      (_, text: string, bracket: string) => placeholder(text, fields, operands, bracket !== '') + bracket,
    )
    .replaceAll(OPEN, '{')
    .replaceAll(CLOSE, '}');
}

/**
 * Assembly of an instruction word, canonical mnemonics without aliases; `.inst 0x…` for words that are none.
 *
 * @param pc - address of the word, for branch targets
 */
export function disassemble(word: number, pc: bigint): string {
  const decoded = decode(word);
  if (!decoded) return `.inst 0x${(word >>> 0).toString(16).padStart(8, '0')}`;
  const { instruction, fields } = decoded;
  return fill(instruction.assembly(fields), fields, instruction.operands(fields, pc));
}
