import { assemblyForms, readableForm } from './assembly-forms.ts';

describe('readableForm', () => {
  it.each([
    ['add {Rd|sp}, {Rn|sp}, #{imm12:hex}{, lsl #12 if sh}', 'add Rd|SP, Rn|SP, #imm12{, lsl #12}'],
    ['add {Rd}, {Rn}, {Rm}{amount}', 'add Rd, Rn, Rm{, amount}'],
    ['ldr {Rt:x}, [{Rn|sp}{offset}]', 'ldr Xt, [Rn|SP{, offset}]'],
    ['ret{from}', 'ret {from}'],
    ['fmov {Vd:d}, {Rn}', 'fmov Dd, Rn'],
    ['dup {Vd:8b}, {Vn:b}[{index}]', 'dup Vd.8b, Vn.b[index]'],
    ['ld3 {Vt*3.T}, [{Rn|sp}]', 'ld3 {Vt.T ×3}, [Rn|SP]'],
    ['ld1 {Vt*1:s}[{index}], [{Rn|sp}]', 'ld1 {Vt.s}[index], [Rn|SP]'],
  ])('shows %j as %j', (template, form) => {
    expect(readableForm(template)).toBe(form);
  });
});

describe('assemblyForms', () => {
  it('joins mnemonics that are written alike', () => {
    expect(assemblyForms(['add {Rd}, {Rn}', 'sub {Rd}, {Rn}', 'nop'])).toEqual([
      { mnemonics: ['add', 'sub'], operands: 'Rd, Rn' },
      { mnemonics: ['nop'], operands: '' },
    ]);
  });

  it('joins forms that differ in kinds and sizes of registers', () => {
    expect(assemblyForms(['ext {Vd:8b}, #{n}', 'ext {Vd:16b}, #{n}', 'ldr {Vt:s}', 'ldr {Vt:d}'])).toEqual([
      { mnemonics: ['ext'], operands: 'Vd.8b/16b, #n' },
      { mnemonics: ['ldr'], operands: 'S/Dt' },
    ]);
  });

  it('shows many alternatives as a range', () => {
    const hints = Array.from({ length: 128 }, (_, i) => `hint #0x${i.toString(16)}`);
    expect(assemblyForms(hints)).toEqual([{ mnemonics: ['hint'], operands: '#0x0…0x7f' }]);
  });
});
