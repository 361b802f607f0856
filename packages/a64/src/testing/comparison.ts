import { decode } from '../decoder.ts';
import { disassemble } from '../disassemble.ts';
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
  /** Neither knows the word. */
  undefinedBoth: number;
  equal: number;
  /** objdump knows it, the table has no row: by mnemonic. */
  readonly absent: Map<string, number>;
  /** All else, by kind. */
  readonly differences: Map<string, Difference>;
}

export const newComparison = (): Comparison => ({
  words: 0,
  undefinedBoth: 0,
  equal: 0,
  absent: new Map(),
  differences: new Map(),
});

const isUndefined = (text: string) => text.startsWith('.inst') || text.startsWith('udf');

/** `mrs x0, dit` counts as `mrs dit`: which register it is decides whether there is a row. */
function mnemonicOf(text: string): string {
  const [mnemonic = '', ...operands] = text.split(/[ ,]+/);
  if (mnemonic === 'mrs') return `mrs ${operands[1]}`;
  if (mnemonic === 'msr') return `msr ${operands[0]}`;
  return mnemonic;
}

const shapeOf = (text: string) => text.replaceAll(/\b0x[0-9a-f]+|\d+/g, 'N');

/** Compares one instruction and counts it. */
export function compareLine(comparison: Comparison, { address, word, text }: ObjdumpLine): void {
  comparison.words += 1;
  const ours = disassemble(word, address);
  if (ours === text) {
    if (isUndefined(text)) comparison.undefinedBoth += 1;
    else comparison.equal += 1;
    return;
  }
  const row = decode(word)?.instruction.name;
  if (row === undefined && isUndefined(ours)) {
    const mnemonic = mnemonicOf(text);
    comparison.absent.set(mnemonic, (comparison.absent.get(mnemonic) ?? 0) + 1);
    return;
  }
  const difference = { row: row ?? '', theirs: text, ours, address, word, count: 0 };
  const key = `${difference.row}|${shapeOf(text)}|${shapeOf(ours)}`;
  const known = comparison.differences.get(key) ?? difference;
  known.count += 1;
  comparison.differences.set(key, known);
}

export const differing = ({ differences }: Comparison) =>
  [...differences.values()].reduce((sum, { count }) => sum + count, 0);
