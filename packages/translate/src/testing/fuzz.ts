/**
 * Compares the interpreter with qemu on random words of every row: `pnpm --filter @boxer/translate fuzz:words [ROW]
 * [--count N] [--seed N]`. ROW is part of a row's name.
 */
import { parseArgs } from 'node:util';
import { instructions } from '@boxer/a64';
import { compareWithQemu } from './compare-with-qemu.ts';
import { readEngineModules } from './engine-modules.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const wanted = positionals[0]?.toLowerCase() ?? '';
const rows = instructions.filter(({ name }) => name.toLowerCase().includes(wanted));
const seed = Number(values.seed);
console.log(`${rows.length} rows, ${values.count} words each, seed ${seed}`);
const { mismatches, tested } = compareWithQemu({
  rows,
  wordsPerRow: Number(values.count),
  seed,
  ...(await readEngineModules()),
});
const byRow = new Map<string, number>();
for (const mismatch of mismatches) {
  const seen = (byRow.get(mismatch.row) ?? 0) + 1;
  byRow.set(mismatch.row, seen);
  if (seen <= 3) console.log(`${mismatch.row}: ${mismatch.words} ${mismatch.lines.slice(0, 4).join('; ')}`);
}
console.log(`${tested} cases, ${mismatches.length} mismatches in ${byRow.size} rows`);
for (const [row, count] of byRow) console.log(`  ${count} × ${row}`);
process.exitCode = mismatches.length > 0 ? 1 : 0;
