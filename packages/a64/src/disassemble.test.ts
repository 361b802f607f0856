import { disassemble } from './disassemble.ts';
import { instructions } from './instructions/index.ts';

describe('disassemble', () => {
  // Oracle: GNU objdump 2.40 -M no-aliases.
  it.each([
    [0x91000420, 'add x0, x1, #1'],
    [0x91400420, 'add x0, x1, #1, lsl #12'],
    [0x910003e0, 'add x0, sp, #0'],
    [0x110003ff, 'add wsp, wsp, #0'],
    [0xf1000442, 'subs x2, x2, #1'],
    [0x8b010000, 'add x0, x0, x1'],
    [0x8b410c00, 'add x0, x0, x1, lsr #3'],
    [0x92401c20, 'and x0, x1, #0xff'],
    [0xd28000a1, 'movz x1, #0x5'],
    [0x54ffffc1, 'b.ne 0xff8'],
    [0x94000002, 'bl 0x1008'],
    [0xd65f03c0, 'ret x30'],
    [0xf9400420, 'ldr x0, [x1, #8]'],
    [0x38401420, 'ldrb w0, [x1], #1'],
    [0xa9bf7bfd, 'stp x29, x30, [sp, #-16]!'],
    [0xf8627820, 'ldr x0, [x1, x2, lsl #3]'],
    [0xd53bd041, 'mrs x1, tpidr_el0'],
    [0xd503201f, 'nop'],
    [0x4e228420, 'add v0.16b, v1.16b, v2.16b'],
    [0x4cdf2020, 'ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64'],
    [0x3d800420, 'str q0, [x1, #16]'],
    [0x1e621820, 'fdiv d0, d1, d2'],
    [0x1e6c1001, 'fmov d1, #5.000000000000000000e-01'],
    [0x1ee6a4f2, 'fccmpe h7, h6, #0x2, ge'],
    [0x9eae03e8, 'fmov x8, v31.d[1]'],
    [0x6e0407b8, 'ins v24.s[0], v29.s[0]'],
    [0x4e284820, 'aese v0.16b, v1.16b'],
    [0x5e024020, 'sha256h q0, q1, v2.4s'],
    [0x4ee2e020, 'pmull2 v0.1q, v1.2d, v2.2d'],
    [0x9ac25c20, 'crc32cx w0, w1, x2'],
    [0xb8e20041, 'ldaddal w2, w1, [x2]'],
    [0x00000000, '.inst 0x00000000'],
  ])('0x%s is %s', (word, text) => {
    expect(disassemble(word, 0x1000n)).toBe(text);
  });

  it.each(instructions.map((row) => [row.name, row] as const))(
    'leaves no placeholder of %s open',
    (_, row) => {
      const { mask, value } = row.pattern;
      for (const filling of [0, 0x55555555, 0xaaaaaaaa, 0xffffffff, 0x12345678]) {
        expect(disassemble((value | (filling & ~mask)) >>> 0, 0n)).not.toMatch(
          /undefined|NaN|\{\w+[|.:]?\w*\}$|\{[A-Z]/,
        );
      }
    },
  );
});
