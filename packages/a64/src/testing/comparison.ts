import { decode } from '../decoder.ts';
import { disassemble } from '../disassemble.ts';
import { deviations } from './deviations.ts';
import type { ObjdumpLine } from './objdump.ts';

/** Words that are told apart differently in the same way. */
export interface Difference {
  readonly row: string;
  readonly theirs: string;
  readonly ours: string;
  readonly address: bigint;
  readonly word: number;
  count: number;
}

/** What came out of comparing our disassembly with objdump's. */
export interface Comparison {
  words: number;
  equal: number;
  /** Neither knows the word. */
  undefinedBoth: number;
  /** objdump knows the word and the table has no row for it, by mnemonic: such instructions raise SIGILL. */
  readonly absent: Map<string, number>;
  /** By name, see {@link deviations}. */
  readonly deviating: Map<string, number>;
  /** All else, by kind. */
  readonly differences: Map<string, Difference>;
}

/** Compares instructions with objdump's lines, made with the same setting of `aliases`. */
export async function compareLines(
  lines: AsyncIterable<ObjdumpLine>,
  { aliases = true } = {},
): Promise<Comparison> {
  const comparison: Comparison = {
    words: 0,
    equal: 0,
    undefinedBoth: 0,
    absent: new Map(),
    deviating: new Map(),
    differences: new Map(),
  };
  for await (const line of lines)
    compareLine(comparison, line, disassemble(line.word, line.address, { aliases }));
  return comparison;
}

const isUndefined = (text: string) => text.startsWith('.inst') || text.startsWith('udf');

function compareLine(comparison: Comparison, line: ObjdumpLine, ours: string): void {
  const { word, text } = line;
  comparison.words += 1;
  if (ours === text) {
    if (isUndefined(text)) comparison.undefinedBoth += 1;
    else comparison.equal += 1;
    return;
  }
  const decoded = decode(word);
  const deviation = decoded && deviations.find(({ applies }) => applies(decoded, word));
  if (deviation) count(comparison.deviating, deviation.name);
  else if (!decoded) count(comparison.absent, mnemonicOf(text));
  else countDifference(comparison.differences, { row: decoded.instruction.name, theirs: text, ours }, line);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const shapeOf = (text: string) => text.replaceAll(/\b0x[0-9a-f]+|\d+/g, 'N');

function countDifference(
  differences: Comparison['differences'],
  texts: Pick<Difference, 'row' | 'theirs' | 'ours'>,
  { address, word }: ObjdumpLine,
): void {
  const key = [texts.row, shapeOf(texts.theirs), shapeOf(texts.ours)].join('|');
  const known = differences.get(key) ?? { ...texts, address, word, count: 0 };
  known.count += 1;
  differences.set(key, known);
}

/**
 * What an absent instruction counts as. Of system registers it is the register that is absent; mnemonics that SVE and SME
 * share with other classes are told apart by their operands.
 */
export function mnemonicOf(text: string): string {
  const [mnemonic = '', ...operands] = text.split(/[ ,]+/);
  if (mnemonic === 'mrs') return `mrs ${operands[1]}`;
  if (mnemonic === 'msr') return `msr ${operands[0]}`;
  return /\b(z\d|p\d|za)/.test(text) ? `${mnemonic} (SVE)` : mnemonic;
}
