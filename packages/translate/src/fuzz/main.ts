/**
 * Executes random programs under qemu-aarch64, in the interpreter and in translated code, and compares all that they
 * leave: `pnpm fuzz:a64 [--seed N] [--count N] [--minutes N] [--rows TEXT] [--program N] [--report FILE]`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readArtifact } from '../artifacts.ts';
import { describeMismatch } from './describe-program.ts';
import { qemuMissing } from './qemu-machine.ts';
import { reportOf, summaryOf } from './report.ts';
import { runFuzzer } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '500000' },
    minutes: { type: 'string' },
    rows: { type: 'string' },
    program: { type: 'string' },
    lockstep: { type: 'string', default: '4' },
    report: { type: 'string' },
  },
});

function numberOf(name: 'seed' | 'count' | 'minutes' | 'program' | 'lockstep'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(number) || number < 0)
    throw new RangeError(`Cannot fuzz: --${name} ${text} is no number`);
  return number;
}

const unable = qemuMissing();
if (unable) throw new Error(`Cannot fuzz: ${unable}`);
const [processModule, supportModule] = await Promise.all([
  WebAssembly.compile(await readArtifact('process')),
  WebAssembly.compile(await readArtifact('support')),
]);
const seed = numberOf('seed') ?? Date.now() % 1e9;
const minutes = numberOf('minutes');
const program = numberOf('program');
let told = Date.now();
const result = await runFuzzer({
  processModule,
  supportModule,
  seed,
  words: minutes === undefined ? (numberOf('count') ?? 0) : Infinity,
  lockstepEvery: numberOf('lockstep') ?? 4,
  ...(minutes === undefined ? {} : { deadline: Date.now() + minutes * 60_000 }),
  ...(values.rows === undefined ? {} : { rows: values.rows.toLowerCase() }),
  ...(program === undefined ? {} : { program }),
  progress(run) {
    if (Date.now() - told < 20_000) return;
    told = Date.now();
    console.error(summaryOf(run));
  },
});
for (const mismatch of result.mismatches.slice(0, 10)) console.log(`${describeMismatch(mismatch, seed)}\n`);
console.log(summaryOf(result));
if (values.report !== undefined) await writeFile(values.report, reportOf(result));
process.exitCode = result.mismatches.length > 0 || result.missing.length > 0 ? 1 : 0;
