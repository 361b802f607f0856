import type { Machine } from './machine.ts';
import { type Fields, type NumberFields, parsePattern, type Pattern, type StaticFields } from './pattern.ts';

/** Numbers by field name. */
export type FieldValues = Readonly<Record<string, number>>;

/**
 * What a CPU must have beside Armv8.0-A's integer instructions, named as in /proc/cpuinfo.
 *
 * @source Linux arch/arm64/kernel/cpuinfo.c, hwcap_str
 */
export type Feature =
  | 'fp'
  | 'asimd'
  | 'aes'
  | 'pmull'
  | 'sha1'
  | 'sha2'
  | 'crc32'
  | 'atomics'
  | 'fphp'
  | 'asimdhp'
  | 'cpuid'
  | 'asimdrdm'
  | 'lrcpc'
  | 'dcpop'
  | 'asimddp';

/** Another name of some words of a row, which disassembly prefers. */
export interface AliasRow<P extends string> {
  /** Which words of the row have the name. Of several, the first one is taken. */
  readonly when: (fields: NumberFields<P>) => boolean;
  /** Assembly template; `operands` of the row serve it too. */
  readonly assembly: string | ((fields: StaticFields<P>) => string);
}

/** One row of the instruction table, as written. */
export interface InstructionRow<P extends string> {
  /** Arm's name of the instruction or class; unique in the table. */
  readonly name: string;
  /** See {@link parsePattern}. */
  readonly pattern: P;
  /** Assembly template, see README.md. A function chooses one by the static fields. */
  readonly assembly: string | ((fields: StaticFields<P>) => string);
  /** Further strings for the template, computed from the word's fields and its address. */
  readonly operands?: (
    fields: NumberFields<P>,
    pc: bigint,
  ) => Readonly<Record<string, string | number | bigint>>;
  readonly aliases?: readonly AliasRow<P>[];
  /** Which feature the row belongs to, if not that of its class, see `instructionClasses`. */
  readonly feature?: Feature | ((fields: StaticFields<P>) => Feature | undefined);
  /** Which combinations of static fields are this instruction; all others are not. */
  readonly when?: (fields: StaticFields<P>) => boolean;
  /**
   * Name of a more general row that this one takes words from: LD1 post-indexed by 31 adds a constant, by another
   * register that register. Of such a pair the row with more fixed bits decodes the word.
   */
  readonly refines?: string;
  /**
   * Field values worth a handler of their own, because much falls away: `[{ imm6: 0, shift: 0 }]`. Semantics are
   * unaffected.
   */
  readonly specialise?: readonly { readonly [K in keyof NumberFields<P>]?: number }[];
  /**
   * Whether the interpreter's main function holds the handler. For what programs execute often; about 500 handlers fit.
   * All rows that branch are hot without saying so.
   */
  readonly hot?: boolean | ((fields: StaticFields<P>) => boolean);
  readonly semantics: (machine: Machine, fields: Fields<P>) => void;
}

/** An alias, its field types forgotten. */
export interface Alias {
  when(fields: FieldValues): boolean;
  assembly(fields: FieldValues): string;
}

/** A row with its parsed pattern, its field types forgotten: what tools iterate over. */
export interface Instruction {
  readonly name: string;
  readonly pattern: Pattern;
  readonly patternText: string;
  readonly specialise: readonly FieldValues[];
  readonly refines: string | undefined;
  readonly aliases: readonly Alias[];
  /** Undefined: that of the row's class. */
  readonly feature: ((fields: FieldValues) => Feature | undefined) | undefined;
  assembly(fields: FieldValues): string;
  operands(fields: FieldValues, pc: bigint): Readonly<Record<string, string | number | bigint>>;
  when(fields: FieldValues): boolean;
  hot(fields: FieldValues): boolean;
  /** `fields` holds what the pattern's type promises: numbers, immediates, registers. */
  semantics(machine: Machine, fields: Readonly<Record<string, unknown>>): void;
}

/**
 * Defines an instruction. The types of its fields are inferred from the pattern: a misspelt field, an immediate used as
 * a number, a vector register in `writeX` and mixed widths do not compile.
 *
 * @throws {@link InvalidPatternError} when the pattern is malformed
 */
export function instruction<const P extends string>(row: InstructionRow<P>): Instruction {
  // The pattern's type was checked where the row is written; from here on its fields are looked up by name.
  const { assembly, operands, aliases, feature, when, hot, semantics } =
    row as unknown as InstructionRow<string>;
  const template =
    (given: AliasRow<string>['assembly']) =>
    (fields: FieldValues): string =>
      typeof given === 'string' ? given : given(fields as never);
  return {
    name: row.name,
    pattern: parsePattern(row.pattern),
    patternText: row.pattern,
    refines: row.refines,
    specialise: (row.specialise ?? []) as readonly FieldValues[],
    aliases: (aliases ?? []).map((alias) => ({
      when: (fields) => alias.when(fields as never),
      assembly: template(alias.assembly),
    })),
    feature:
      feature === undefined
        ? undefined
        : (fields) => (typeof feature === 'function' ? feature(fields as never) : feature),
    assembly: template(assembly),
    operands: (fields, pc) => operands?.(fields as never, pc) ?? {},
    when: (fields) => when?.(fields as never) ?? true,
    hot: (fields) => (typeof hot === 'function' ? hot(fields as never) : (hot ?? false)),
    semantics: (machine, fields) => semantics(machine, fields as never),
  };
}
