import { OverlappingRowsError } from './errors.ts';
import { instruction } from './instruction.ts';
import { instructions } from './instructions/index.ts';
import { requireNoOverlap } from './overlap.ts';

const row = (name: string, pattern: string, refines?: string) =>
  instruction({ name, pattern, assembly: '', ...(refines ? { refines } : {}), semantics() {} });

describe('the instruction table', () => {
  it('decodes no word by two rows', () => {
    expect(() => requireNoOverlap(instructions)).not.toThrow();
  });

  it('has a name for each row', () => {
    expect(new Set(instructions.map(({ name }) => name)).size).toBe(instructions.length);
  });

  it('refines only rows that exist', () => {
    const names = new Set(instructions.map(({ name }) => name));
    expect(instructions.filter(({ refines }) => refines !== undefined && !names.has(refines))).toEqual([]);
  });
});

describe('requireNoOverlap', () => {
  const general = row('general', '1111 #a:28');
  const special = '1111 00000000 #a:20';

  it('names both rows and a word', () => {
    const check = () => requireNoOverlap([general, row('special', special)]);
    expect(check).toThrow(OverlappingRowsError);
    expect(check).toThrow('"general" and "special" together: both decode 0xf0000000');
  });

  it('refuses a row that refines the other without more fixed bits', () => {
    const shifted = row('shifted', '1111 #a:20 00000000', 'crossing');
    const crossing = row('crossing', '1111 00000000 #a:20');
    expect(() => requireNoOverlap([shifted, crossing])).toThrow('both decode 0xf0000000');
  });

  it('finds a word that static values bring together', () => {
    const some = instruction({
      name: 'some',
      pattern: '1111 mode:2 #a:26',
      when: (f) => f.mode !== 2,
      assembly: '',
      semantics() {},
    });
    expect(() => requireNoOverlap([some, row('other', '111110 #a:26')])).not.toThrow();
    expect(() => requireNoOverlap([some, row('other', '111111 #a:26')])).toThrow('both decode 0xfc000000');
  });

  it('accepts a row that refines the other', () => {
    expect(() => requireNoOverlap([general, row('special', special, 'general')])).not.toThrow();
  });
});
