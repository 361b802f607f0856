import type { Statement } from '@boxer/a64';
import { alwaysCalls, mayCall } from '../emit/graph-emitter.ts';
import { fuzzRows } from '../fuzz/rows.ts';
import { RandomSource } from '../testing/random-source.ts';
import { instructionForm } from './instruction-form.ts';

/** FPSR only collects: executing again adds the same flags. */
const WRITES = /^(write(?!State)|store|branch)/;

/** What is written before a rare way, where translated code leaves for the interpreter. */
function writtenBefore(body: readonly Statement[], written: string[] = [], found: string[] = []): string[] {
  for (const statement of body) {
    if (WRITES.test(statement.type)) written.push(statement.type);
    if (statement.type !== 'if' && statement.type !== 'choose') continue;
    if (mayCall(statement.otherwise) || alwaysCalls(statement.then)) found.push(...written);
    const sides = [statement.then, statement.otherwise].map((side) => {
      const here = [...written];
      writtenBefore(side, here, found);
      return here.slice(written.length);
    });
    written.push(...sides.flat());
  }
  return found;
}

// Oracle: none is needed. What is written before would be read when the interpreter executes the instruction again.
describe('rows with rare ways', () => {
  const rows = fuzzRows(new RandomSource(1)).flatMap((row) => {
    const forms = row.variants.map(({ value }) => instructionForm(value)).filter((form) => form.hasRareCalls);
    return forms.length > 0 ? [{ name: row.name, forms }] : [];
  });

  it('are looked at', () => expect(rows.length).toBeGreaterThan(50));

  it.each(rows)('$name writes nothing before them', ({ forms }) => {
    expect(forms.flatMap(({ builder }) => writtenBefore(builder.body))).toEqual([]);
  });
});
