/** A top-level group of the A64 encoding space: words with `(word & mask) === value` of one of the patterns. */
export interface EncodingGroup {
  readonly name: string;
  /** Bit 31, then bits 28 to 25; `x` is either. */
  readonly patterns: readonly (readonly [op0: string, op1: string])[];
}

/** @source Arm ARM DDI 0487, C4.1 "A64 instruction set encoding" */
export const encodingGroups: readonly EncodingGroup[] = [
  { name: 'Reserved', patterns: [['0', '0000']] },
  { name: 'SME', patterns: [['1', '0000']] },
  { name: 'SVE', patterns: [['x', '0010']] },
  {
    name: 'Unallocated',
    patterns: [
      ['x', '0001'],
      ['x', '0011'],
    ],
  },
  { name: 'Data processing: immediate', patterns: [['x', '100x']] },
  { name: 'Branches, exceptions, system', patterns: [['x', '101x']] },
  { name: 'Loads and stores', patterns: [['x', 'x1x0']] },
  { name: 'Data processing: register', patterns: [['x', 'x101']] },
  { name: 'Data processing: floating point, SIMD', patterns: [['x', 'x111']] },
];

/** Bit 31 and bits 28 to 25 of a word or mask. */
const groupBits = (word: number) => (((word >>> 31) << 4) | ((word >>> 25) & 15)) >>> 0;

const expand = (text: string): string[] =>
  text.includes('x') ? ['0', '1'].flatMap((bit) => expand(text.replace('x', bit))) : [text];

const groupOfBits = encodingGroups.reduce<EncodingGroup[]>((all, group) => {
  for (const [op0, op1] of group.patterns) {
    for (const bits of expand(op0 + op1)) all[parseInt(bits, 2)] = group;
  }
  return all;
}, []);

/** @returns the group of a word */
export function groupOf(word: number): EncodingGroup {
  const group = groupOfBits[groupBits(word)];
  if (!group) throw new RangeError(`Word ${word} is in no group`);
  return group;
}

/** @returns how many words a group has */
export function wordsOfGroup(group: EncodingGroup): number {
  return groupOfBits.filter((other) => other === group).length * 2 ** 27;
}

/**
 * The group that all words of a pattern are in.
 *
 * @throws RangeError when they are in several
 */
export function groupOfPattern(mask: number, value: number): EncodingGroup {
  const group = groupOf(value);
  const [fixed, wanted] = [groupBits(mask), groupBits(value)];
  if (groupOfBits.some((other, bits) => (bits & fixed) === wanted && other !== group)) {
    throw new RangeError(`Words of ${value.toString(16)}/${mask.toString(16)} are in several groups`);
  }
  return group;
}
