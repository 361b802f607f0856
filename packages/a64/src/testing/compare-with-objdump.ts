/**
 * Compares the disassembler with GNU objdump on every instruction of real programs, and on random words:
 * `pnpm --filter @boxer/a64 compare:objdump -- [--binaries FOLDER] [--words N] [--per-row N] [--seed N] [--write]`.
 * Binaries that FOLDER lacks are fetched. `--write` keeps the counts in results/disassembly.json.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { instructions } from '../instructions/index.ts';
import type { DisassemblyResults } from '../reference/results.ts';
import { archiveOf, binaries, fetchBinary } from './binaries.ts';
import { compareLines, type Comparison } from './comparison.ts';
import { objdumpFile, objdumpVersion, objdumpWords } from './objdump.ts';
import { randomWords, wordsOfRows } from './random-words.ts';

const { values } = parseArgs({
  // pnpm passes its own "--" on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    binaries: { type: 'string', default: path.join(tmpdir(), 'boxer-a64-binaries') },
    words: { type: 'string', default: '2000000' },
    'per-row': { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    write: { type: 'boolean', default: false },
  },
});
const folder = path.resolve(values.binaries);
const version = objdumpVersion();
if (version === undefined) {
  console.error(
    'aarch64-linux-gnu-objdump is not installed (Debian: binutils-aarch64-linux-gnu): nothing compared',
  );
  process.exit(2);
}
console.log(`objdump ${version}, binaries in ${folder}, seed ${values.seed}`);
await mkdir(folder, { recursive: true });

const results: Record<string, Comparison> = {};
const archives: Record<string, string> = {};
for (const binary of binaries) {
  report(binary.name, await compareLines(objdumpFile(await fetchBinary(binary, folder))));
  archives[binary.name] = await archiveOf(binary, folder);
}
for (const aliases of [true, false]) {
  const random = randomWords(Number(values.seed) + Number(aliases));
  const suffix = aliases ? '' : ', without aliases';
  const ofRows = wordsOfRows(instructions, Number(values['per-row']), random);
  report(`random words of each row${suffix}`, await compareRandom(ofRows, aliases));
  const uniform = Uint32Array.from({ length: Number(values.words) }, random);
  report(`random words${suffix}`, await compareRandom(uniform, aliases));
}
if (values.write) await writeResults(version);
process.exitCode = Object.values(results).some(({ differences }) => differences.size > 0) ? 1 : 0;

function compareRandom(words: Uint32Array, aliases: boolean): Promise<Comparison> {
  return compareLines(objdumpWords(words, 0x1000_0000n, { aliases }), { aliases });
}

function report(name: string, comparison: Comparison): void {
  results[name] = comparison;
  const { words, equal, undefinedBoth, absent, deviating, differences } = comparison;
  const kinds = [...differences.values()].sort((a, b) => b.count - a.count);
  const parts = [
    `${words} words`,
    `${equal} equal`,
    `${undefinedBoth} undefined in both`,
    `${total(absent)} absent (${absent.size} mnemonics)`,
    `${total(deviating)} deviating`,
    `${kinds.reduce((sum, kind) => sum + kind.count, 0)} different`,
  ];
  console.log(`${name}: ${parts.join(', ')}`);
  for (const { count, row, word, theirs, ours } of kinds.slice(0, 50)) {
    console.log(`  ${count} × ${row}: ${word.toString(16).padStart(8, '0')} is "${theirs}", not "${ours}"`);
  }
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

async function writeResults(objdump: string): Promise<void> {
  const file = fileURLToPath(new URL('../../results/disassembly.json', import.meta.url));
  const content: DisassemblyResults = {
    objdump,
    comparisons: Object.entries(results).map(([name, comparison]) => ({
      name,
      words: comparison.words,
      equal: comparison.equal,
      undefinedBoth: comparison.undefinedBoth,
      deviating: total(comparison.deviating),
      different: [...comparison.differences.values()].reduce((sum, { count }) => sum + count, 0),
      absent: total(comparison.absent),
      // Random words meet whatever there is.
      ...(archives[name] ? { archive: archives[name], absentMnemonics: sorted(comparison.absent) } : {}),
    })),
  };
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
