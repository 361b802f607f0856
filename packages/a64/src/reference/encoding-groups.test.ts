import { encodingGroups, groupOf, groupOfPattern, wordsOfGroup } from './encoding-groups.ts';

describe('encodingGroups', () => {
  it('share out the whole space', () => {
    expect(encodingGroups.reduce((sum, group) => sum + wordsOfGroup(group), 0)).toBe(2 ** 32);
  });

  // Oracle: Arm ARM DDI 0487, C4.1, table "Main encoding table for the A64 instruction set".
  it.each([
    [0x00000000, 'Reserved'],
    [0x80800000, 'SME'],
    [0x04200000, 'SVE'],
    [0x02000000, 'Unallocated'],
    [0x91000420, 'Data processing: immediate'],
    [0xd503201f, 'Branches, exceptions, system'],
    [0xf9400420, 'Loads and stores'],
    [0x3d800420, 'Loads and stores'],
    [0x8b010000, 'Data processing: register'],
    [0x4e228420, 'Data processing: floating point, SIMD'],
  ])('tells the group of 0x%s: %s', (word, name) => {
    expect(groupOf(word).name).toBe(name);
  });

  it('refuses a pattern of several groups', () => {
    expect(groupOfPattern(0x7c000000, 0x14000000).name).toBe('Branches, exceptions, system');
    expect(() => groupOfPattern(0x70000000, 0x10000000)).toThrow('in several groups');
  });
});
