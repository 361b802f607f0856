import type { FieldValues } from '../instruction.ts';

const CONDITIONAL = /\{([^{}]*) if \w+\}/g;
const PLACEHOLDER = /\{(\w+)(\|sp)?(?:\*(\d))?(?:[.:](\w+))?\}(\[?)/g;
/** What may come before an operand that is always there. */
const SEPARATOR = /[ #[]$/;

/** The groups of {@link PLACEHOLDER}. */
interface Placeholder {
  readonly name: string;
  readonly stackPointer: string | undefined;
  readonly count: string | undefined;
  readonly modifier: string | undefined;
  readonly bracket: string;
}

/** One placeholder as {@link readableForm} shows it. */
function readablePlaceholder(
  { name, stackPointer, count, modifier, bracket }: Placeholder,
  before: string,
): string {
  // An operand that brings its own comma.
  if (!SEPARATOR.test(before) && !/^[RV][a-z]/.test(name))
    return before.includes(' ') ? `{, ${name}}` : ` {${name}}`;
  const scalar = modifier !== undefined && /^[a-z]$/.test(modifier) && !bracket && count === undefined;
  const suffix = modifier === undefined || modifier === 'hex' ? '' : `.${modifier}`;
  const register = scalar ? modifier.toUpperCase() + name.slice(1) : name + suffix;
  if (count !== undefined) return `{${register}${count === '1' ? '' : ` ×${count}`}}${bracket}`;
  return register + (stackPointer ? '|SP' : '') + bracket;
}

/**
 * A template without what depends on the word: `{Rd|sp}` is `Rd|SP`, `{Vn:s}` is `Sn`, `{Vt*3.T}` is `{Vt.T ×3}`, and braces
 * stand around what may be missing.
 */
export function readableForm(template: string): string {
  return template
    .replaceAll(PLACEHOLDER, (_, name, stackPointer, count, modifier, bracket, at: number, whole: string) =>
      readablePlaceholder({ name, stackPointer, count, modifier, bracket }, whole.slice(0, at)),
    )
    .replaceAll(CONDITIONAL, '{$1}')
    .replaceAll('{{', '{')
    .replaceAll('}}', '}');
}

/** Splits off the mnemonic. */
function split(template: string): readonly [mnemonic: string, operands: string] {
  const at = template.indexOf(' ');
  return at < 0 ? [template, ''] : [template.slice(0, at), template.slice(at + 1)];
}

/** Where forms of one instruction may differ: kinds and sizes of registers, numbers. */
const VARYING = /([A-Z](?=[a-z]\d?\b)|(?<=\.)\w+|×\d|(?<=[#C])(?:0x)?[\da-f]+\b)/;
const skeleton = (operands: string) =>
  operands
    .split(VARYING)
    .map((part, i) => (i % 2 ? '·' : part))
    .join('');

/** More are shown as a range. */
const ALTERNATIVES = 8;

function alternatives(parts: readonly string[]): string {
  const all = [...new Set(parts)];
  return all.length > ALTERNATIVES ? `${all[0]}…${all[all.length - 1]}` : all.join('/');
}

/** Alternatives of each part that differs: `Vd.8b, Vn.8b` and `Vd.16b, Vn.16b` are `Vd.8b/16b, Vn.8b/16b`. */
function merge(forms: readonly string[]): string {
  const parts = forms.map((form) => form.split(VARYING));
  return (parts[0] ?? []).map((_, i) => alternatives(parts.map((part) => part[i] ?? ''))).join('');
}

/** Mnemonics that are written alike, and how. */
export interface AssemblyForm {
  readonly mnemonics: readonly string[];
  readonly operands: string;
}

/**
 * @param templates - templates of a row, one for each combination of static values
 * @returns how the row is written: forms that differ in sizes only are one
 */
export function assemblyForms(templates: readonly string[]): AssemblyForm[] {
  const byMnemonic = new Map<string, Map<string, Set<string>>>();
  for (const template of templates) {
    const [mnemonic, operands] = split(readableForm(template));
    const forms = byMnemonic.get(mnemonic) ?? new Map<string, Set<string>>();
    byMnemonic.set(mnemonic, forms);
    const alike = forms.get(skeleton(operands)) ?? new Set();
    forms.set(skeleton(operands), alike.add(operands));
  }
  const byOperands = new Map<string, string[]>();
  for (const [mnemonic, forms] of byMnemonic) {
    for (const alike of forms.values()) {
      const operands = merge([...alike]);
      byOperands.set(operands, [...(byOperands.get(operands) ?? []), mnemonic]);
    }
  }
  return [...byOperands].map(([operands, mnemonics]) => ({ mnemonics, operands }));
}

/** @returns the templates of a row or alias for these combinations of static values */
export function templatesOf(
  source: { assembly(fields: FieldValues): string },
  statics: readonly FieldValues[],
): string[] {
  return [...new Set(statics.map((fields) => source.assembly(fields)))].filter((template) => template !== '');
}
