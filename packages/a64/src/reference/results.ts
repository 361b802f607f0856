/** One comparison of the disassembler with objdump, as kept in results/disassembly.json. */
export interface ComparisonResult {
  readonly name: string;
  /** What a program was taken from, with its version. */
  readonly archive?: string;
  readonly words: number;
  readonly equal: number;
  readonly undefinedBoth: number;
  readonly deviating: number;
  readonly different: number;
  /** Words that objdump knows and the table has no row for. */
  readonly absent: number;
  /** The same by mnemonic, of real programs. */
  readonly absentMnemonics?: Readonly<Record<string, number>>;
}

export interface DisassemblyResults {
  /** objdump's version. */
  readonly objdump: string;
  readonly comparisons: readonly ComparisonResult[];
}

/** What a sample of a group's words is. */
export interface GroupSurvey {
  readonly name: string;
  readonly sampled: number;
  /** Of a row, and allocated. */
  readonly allocated: number;
  /** objdump knows the word, no row does: by extension. */
  readonly missing: Readonly<Record<string, number>>;
}

/** results/encoding-space.json */
export interface EncodingSpaceResults {
  /** objdump's version. */
  readonly objdump: string;
  readonly seed: number;
  readonly groups: readonly GroupSurvey[];
  /** By extension: what is missing. */
  readonly mnemonics: Readonly<Record<string, readonly string[]>>;
}
