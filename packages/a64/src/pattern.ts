import { InvalidPatternError } from './errors.ts';
import type { GeneralRegister, Immediate, VectorRegister } from './value.ts';

type Empty = Record<never, never>;

/** Fields of one token of a pattern, as `semantics` sees them. */
type Token<T extends string> = T extends `${'0' | '1'}${string}`
  ? Empty
  : T extends `#${infer N}:${number}`
    ? { readonly [K in N]: Immediate }
    : T extends `R${infer N}:5`
      ? { readonly [K in `R${N}`]: GeneralRegister }
      : T extends `V${infer N}:5`
        ? { readonly [K in `V${N}`]: VectorRegister }
        : T extends `${infer N}:${number}`
          ? { readonly [K in N]: number }
          : { readonly [K in T]: 0 | 1 };

/** Fields that are numbers when the semantics run, and all that `when` may look at. */
type StaticToken<T extends string> = T extends `${'0' | '1' | '#'}${string}` | `${'R' | 'V'}${string}:5`
  ? Empty
  : Token<T>;

/** Every field as the number in the word, for disassembly. */
type NumberToken<T extends string> = T extends `${'0' | '1'}${string}`
  ? Empty
  : T extends `#${infer N}:${number}`
    ? { readonly [K in N]: number }
    : T extends `${infer N}:${number}`
      ? { readonly [K in N]: number }
      : { readonly [K in T]: number };

export type Fields<P extends string> = P extends `${infer Head} ${infer Rest}`
  ? Token<Head> & Fields<Rest>
  : Token<P>;
export type StaticFields<P extends string> = P extends `${infer Head} ${infer Rest}`
  ? StaticToken<Head> & StaticFields<Rest>
  : StaticToken<P>;
export type NumberFields<P extends string> = P extends `${infer Head} ${infer Rest}`
  ? NumberToken<Head> & NumberFields<Rest>
  : NumberToken<P>;

/** When a field's value becomes known: one handler per value, when predecoding, or a register number. */
export type FieldKind = 'static' | 'immediate' | 'general' | 'vector';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Position of the lowest bit. */
  readonly low: number;
  readonly bits: number;
}

/** A parsed pattern: a word matches when `(word & mask) === value`. */
export interface Pattern {
  readonly mask: number;
  readonly value: number;
  readonly fields: readonly Field[];
}

const FIELD = /^(#?)([A-Za-z]\w*?)(?::(\d+))?$/;

function fieldKind(name: string, hash: string, bits: number): FieldKind {
  if (hash) return 'immediate';
  if (bits === 5 && /^R[a-z]/.test(name)) return 'general';
  if (bits === 5 && /^V[a-z]/.test(name)) return 'vector';
  return 'static';
}

/**
 * Parses a pattern: bits from the most significant one down, separated by blanks. `0101` fixed bits, `name` one static
 * bit, `name:2` static bits, `#name:12` an immediate, `Rn:5` a general and `Vn:5` a vector register.
 *
 * @throws {@link InvalidPatternError} when a token is malformed, a name is repeated or the length is not 32 bits
 */
export function parsePattern(text: string): Pattern {
  let mask = 0;
  let value = 0;
  let low = 32;
  const fields: Field[] = [];
  for (const token of text.trim().split(/\s+/)) {
    if (/^[01]+$/.test(token)) {
      for (const bit of token) {
        low -= 1;
        mask |= 1 << low;
        value |= Number(bit) << low;
      }
      continue;
    }
    const match = FIELD.exec(token);
    const [, hash = '', name = '', size] = match ?? [];
    if (!match) throw new InvalidPatternError(text, `"${token}" is not a token`);
    if (fields.some((field) => field.name === name))
      throw new InvalidPatternError(text, `"${name}" is repeated`);
    const bits = size === undefined ? 1 : Number(size);
    low -= bits;
    fields.push({ name, kind: fieldKind(name, hash, bits), low, bits });
  }
  if (low !== 0) throw new InvalidPatternError(text, `it has ${32 - low} bits instead of 32`);
  return { mask: mask >>> 0, value: value >>> 0, fields };
}

/** @returns the field's bits of an instruction word */
export function fieldOf(word: number, field: Pick<Field, 'low' | 'bits'>): number {
  return (word >>> field.low) & (2 ** field.bits - 1);
}
