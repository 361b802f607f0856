import { instruction } from './instruction.ts';

describe('instruction', () => {
  it('infers field types from the pattern, so that mistakes do not compile', () => {
    const row = instruction({
      name: 'mistakes',
      pattern: 'sf 0 cond:4 #imm16:16 Rn:5 Vd:5',
      assembly: '',
      semantics(m, fields) {
        const { sf, cond, imm16, Rn, Vd } = fields;
        const numbers: number[] = [sf, cond];
        // @ts-expect-error: an immediate is not a number
        numbers.push(imm16);
        // @ts-expect-error: no such field
        numbers.push(fields.bogus);
        // @ts-expect-error: a vector register
        m.writeX(Vd, m.readX(Rn));
        // @ts-expect-error: mixed widths
        m.add(m.readX(Rn, 64), m.readX(Rn, 32));
        // @ts-expect-error: operand of another kind
        m.wasm('f64.convert_i64_s', m.readX(Rn, 32));
        // @ts-expect-error: no such operation
        m.wasm('i64x2.min_s', m.readV(Vd), m.readV(Vd));
        // @ts-expect-error: a float expected
        m.support('fma64', m.readV(Vd), m.readF(Vd, 64), m.readF(Vd, 64));
      },
    });
    expect(row.pattern.fields.map((field) => field.kind)).toEqual([
      'static',
      'static',
      'immediate',
      'general',
      'vector',
    ]);
  });
});
