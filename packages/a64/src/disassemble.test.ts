import { disassemble } from './disassemble.ts';
import { instructions } from './instructions/index.ts';

describe('disassemble', () => {
  // Oracle: GNU objdump 2.40.
  it.each([
    ['an immediate', 0x91000420, 'add x0, x1, #0x1'],
    ['a shifted immediate', 0x91400420, 'add x0, x1, #0x1, lsl #12'],
    ['no shift of 0 to the left', 0x8b010000, 'add x0, x0, x1'],
    ['a shift of 0 to the right', 0x8b410020, 'add x0, x1, x1, lsr #0'],
    ['an extension', 0x8b21c041, 'add x1, x2, w1, sxtw'],
    ['an extension that is a shift, beside SP', 0xcb2063ff, 'sub sp, sp, x0'],
    ['a bitmask', 0x92401c20, 'and x0, x1, #0xff'],
    ['a target', 0x94000002, 'bl 0x1008'],
    ['the low half of a register in TBZ', 0x37080760, 'tbnz w0, #1, 0x10ec'],
    ['no link register in RET', 0xd65f03c0, 'ret'],
    ['another register in RET', 0xd65f03a0, 'ret x29'],
    ['no offset of 0', 0xf9400081, 'ldr x1, [x4]'],
    ['a step of 0', 0xf8400481, 'ldr x1, [x4], #0'],
    ['a pre-indexed pair', 0xa9bf7bfd, 'stp x29, x30, [sp, #-16]!'],
    ['a scaled register offset', 0xf8627820, 'ldr x0, [x1, x2, lsl #3]'],
    ['a byte scaled by 1', 0x38627820, 'ldrb w0, [x1, x2, lsl #0]'],
    ['a prefetch operation', 0xf9880070, 'prfm pstl1keep, [x3, #4096]'],
    ['a prefetch operation without a name', 0xf980007f, 'prfm #0x1f, [x3]'],
    ['a system register', 0xd53bd041, 'mrs x1, tpidr_el0'],
    ['a barrier', 0xd50339bf, 'dmb ishld'],
    ['a barrier without a name', 0xd50330bf, 'dmb #0x00'],
    ['a speculation barrier', 0xd503309f, 'ssbb'],
    ['an instruction barrier', 0xd5033fdf, 'isb'],
    ['a hint without a name', 0xd503251f, 'hint #0x28'],
    ['a hint of an extension', 0xd503233f, 'paciasp'],
    ['a hint that is no NOP', 0xd503203f, 'yield'],
    ['an arrangement', 0x4e228420, 'add v0.16b, v1.16b, v2.16b'],
    ['a range of registers', 0x4cdf2020, 'ld1 {v0.16b-v3.16b}, [x1], #64'],
    ['registers from v31 on to v0', 0x4c402d5f, 'ld1 {v31.2d, v0.2d, v1.2d, v2.2d}, [x10]'],
    ['an element', 0x0d60a004, 'ld4 {v4.s-v7.s}[0], [x0]'],
    ['a table', 0x4e046201, 'tbl v1.16b, {v16.16b-v19.16b}, v4.16b'],
    ['a float', 0x1e6c1001, 'fmov d1, #5.000000000000000000e-01'],
    ['a shifted vector immediate', 0x2f044400, 'mvni v0.2s, #0x80, lsl #16'],
    ['a vector immediate shifted with ones', 0x2f03d7ff, 'mvni v31.2s, #0x7f, msl #16'],
    ['a mask of bytes', 0x6f00e5e0, 'movi v0.2d, #0xffffffff'],
    ['flags', 0x1ee6a4f2, 'fccmpe h7, h6, #0x2, ge'],
    ['the upper half', 0x9eae03e8, 'fmov x8, v31.d[1]'],
    ['scalars in vectors', 0x5e024020, 'sha256h q0, q1, v2.4s'],
    ['a polynomial product', 0x4ee2e020, 'pmull2 v0.1q, v1.2d, v2.2d'],
    ['widths of their own', 0x9ac25c20, 'crc32cx w0, w1, x2'],
    ['an atomic operation', 0xb8e20041, 'ldaddal w2, w1, [x2]'],
    ['register pairs', 0x483e7d64, 'casp x30, xzr, x4, x5, [x11]'],
    ['bits of INS below the index, which are ignored', 0x6e0825a9, 'mov v9.d[0], v13.d[0]'],
  ])('writes %s: 0x%s', (_, word, text) => {
    expect(disassemble(word, 0x1000n)).toBe(text);
  });

  // Oracle: GNU objdump 2.40, with and without -M no-aliases.
  it.each([
    [0x910003fd, 'mov x29, sp', 'add x29, sp, #0x0'],
    [0x7100241f, 'cmp w0, #0x9', 'subs wzr, w0, #0x9'],
    [0xeb20c39f, 'cmp x28, w0, sxtw', 'subs xzr, x28, w0, sxtw'],
    [0x4b0103e1, 'neg w1, w1', 'sub w1, wzr, w1'],
    [0xda0103e0, 'ngc x0, x1', 'sbc x0, xzr, x1'],
    [0xf27e011f, 'tst x8, #0x4', 'ands xzr, x8, #0x4'],
    [0xb2407fe0, 'mov x0, #0xffffffff', 'orr x0, xzr, #0xffffffff'],
    [0xb27e03ff, 'mov sp, #0x4', 'orr sp, xzr, #0x4'],
    [0x32036fff, 'mov wsp, #0xe1ffffff', 'orr wsp, wzr, #0xe1ffffff'],
    [0xb2403fe0, 'orr x0, xzr, #0xffff', 'orr x0, xzr, #0xffff'],
    [0xaa0103f4, 'mov x20, x1', 'orr x20, xzr, x1'],
    [0x2a3403f4, 'mvn w20, w20', 'orn w20, wzr, w20'],
    [0x128006eb, 'mov w11, #0xffffffc8', 'movn w11, #0x37'],
    [0x129fffeb, 'movn w11, #0xffff', 'movn w11, #0xffff'],
    [0xd2e00003, 'movz x3, #0x0, lsl #48', 'movz x3, #0x0, lsl #48'],
    [0x93407f9c, 'sxtw x28, w28', 'sbfm x28, x28, #0, #31'],
    [0xd37cef5a, 'lsl x26, x26, #4', 'ubfm x26, x26, #60, #59'],
    [0x53067c00, 'lsr w0, w0, #6', 'ubfm w0, w0, #6, #31'],
    [0xd37c7eb5, 'ubfiz x21, x21, #4, #32', 'ubfm x21, x21, #60, #31'],
    [0xd3482000, 'ubfx x0, x0, #8, #1', 'ubfm x0, x0, #8, #8'],
    [0x33181c62, 'bfi w2, w3, #8, #8', 'bfm w2, w3, #24, #7'],
    [0x33181fe2, 'bfc w2, #8, #8', 'bfm w2, wzr, #24, #7'],
    [0xb3407c41, 'bfxil x1, x2, #0, #32', 'bfm x1, x2, #0, #31'],
    [0x93c10821, 'ror x1, x1, #2', 'extr x1, x1, x1, #2'],
    [0x1a9f17e6, 'cset w6, eq', 'csinc w6, wzr, wzr, ne'],
    [0xda9f13e3, 'csetm x3, eq', 'csinv x3, xzr, xzr, ne'],
    [0x9a892529, 'cinc x9, x9, cc', 'csinc x9, x9, x9, cs'],
    [0xda816421, 'cneg x1, x1, vc', 'csneg x1, x1, x1, vs'],
    [0x9b02fc20, 'mneg x0, x1, x2', 'msub x0, x1, x2, xzr'],
    [0x9ba17c00, 'umull x0, w0, w1', 'umaddl x0, w0, w1, xzr'],
    [0xb822005f, 'stadd w2, [x2]', 'ldadd w2, wzr, [x2]'],
    [0x4ea11c20, 'mov v0.16b, v1.16b', 'orr v0.16b, v1.16b, v1.16b'],
    [0x0e0c3c20, 'mov w0, v1.s[1]', 'umov w0, v1.s[1]'],
    [0x0f20a420, 'sxtl v0.2d, v1.2s', 'sshll v0.2d, v1.2s, #0'],
  ])('prefers an alias: 0x%s is %s, that is %s', (word, preferred, row) => {
    expect(disassemble(word, 0n)).toBe(preferred);
    expect(disassemble(word, 0n, { aliases: false })).toBe(row);
  });

  // Oracle: GNU objdump 2.40.
  it.each([
    ['a word of no row', 0x04000000],
    ['an extended register shifted by 5', 0x8b215441],
    ['a 32-bit shift by 32', 0x0b018000],
    ['a bitmask of ones only', 0x92407c20 | (0x3f << 10)],
    ['pairs of odd registers', 0x48217c02],
  ])('calls %s undefined: 0x%s', (_, word) => {
    expect(disassemble(word, 0n)).toBe(`.inst 0x${(word >>> 0).toString(16).padStart(8, '0')}`);
  });

  it('names what Arm reserves to be undefined', () => {
    expect(disassemble(0, 0n)).toBe('udf #0');
    expect(disassemble(0xffff, 0n)).toBe('udf #65535');
  });

  it.each(instructions.map((row) => [row.name, row] as const))(
    'leaves no placeholder of %s open',
    (_, row) => {
      const { mask, value } = row.pattern;
      for (const filling of [0, 0x55555555, 0xaaaaaaaa, 0xffffffff, 0x12345678]) {
        const word = (value | (filling & ~mask)) >>> 0;
        for (const aliases of [true, false])
          expect(disassemble(word, 0n, { aliases })).not.toMatch(
            /undefined|NaN|\{\w+[|.:]?\w*\}$|\{[A-Z]|\?/,
          );
      }
    },
  );
});
