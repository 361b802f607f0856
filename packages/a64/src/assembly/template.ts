import type { FieldValues } from '../instruction.ts';
import { generalRegister, vectorList, vectorRegister } from './registers.ts';

/** Strings that a row computes for its template. */
export type Operands = Readonly<Record<string, string | number | bigint>>;

/** Writes the text of a word. */
export type Template = (fields: FieldValues, operands: Operands) => string;

/** `{name}`, `{name|sp}`, `{name:modifier}`, `{name.modifier}`, `{name*4.modifier}`, each perhaps before `[`. */
const PLACEHOLDER = /^\{(\w+)(\|sp)?(?:\*(\d))?(?:[.:](\w+))?\}(\[?)$/;
/** `{, lsl #12 if sh}`: its text when the field is not 0. */
const CONDITIONAL = /^\{([^{}]*) if (\w+)\}$/;
const TOKENS = /\{\{|\}\}|\{[^{}]*\}\[?|[^{}]+/g;

/** One placeholder: a computed operand, a register, or a field as a number. */
function placeholder(token: string): Template {
  const [, name = '', stackPointer, count, modifier, bracket = ''] = PLACEHOLDER.exec(token) ?? [];
  const isGeneral = /^R[a-z]/.test(name);
  const isVector = /^V[a-z]/.test(name);
  const show: Template = (fields, operands) => {
    const computed = operands[name];
    if (computed !== undefined) return String(computed);
    const value = fields[name];
    if (value === undefined) return token;
    if (isGeneral) {
      const width = modifier ?? (fields['sf'] === 0 ? 'w' : 'x');
      return generalRegister(value, width === 'w' ? 'w' : 'x', stackPointer !== undefined);
    }
    if (count !== undefined) return vectorList(value, Number(count), modifier, fields);
    if (isVector) return vectorRegister(value, modifier, fields, bracket !== '');
    return modifier === 'hex' ? `0x${value.toString(16)}` : String(value);
  };
  return (fields, operands) => show(fields, operands) + bracket;
}

function part(token: string): Template {
  if (token === '{{') return () => '{';
  if (token === '}}') return () => '}';
  if (!token.startsWith('{')) return () => token;
  const [, text, condition] = CONDITIONAL.exec(token) ?? [];
  if (text === undefined || condition === undefined) return placeholder(token);
  return (fields) => (fields[condition] ? text : '');
}

const known = new Map<string, Template>();

/** @returns what writes the text of `template`, see README.md, "Assembly templates" */
export function compileTemplate(template: string): Template {
  const found = known.get(template);
  if (found) return found;
  const parts = (template.match(TOKENS) ?? []).map(part);
  const compiled: Template = (fields, operands) => {
    let text = '';
    for (const write of parts) text += write(fields, operands);
    return text;
  };
  known.set(template, compiled);
  return compiled;
}
