/**
 * Executes random programs under qemu-aarch64, in the interpreter and in translated code, and compares all that they
 * leave: `pnpm fuzz:a64 [--seed N] [--count WORDS | --minutes N] [--rows TEXT] [--program N | --from N] [--lockstep N] [--report FILE]`.
 * With `--tables [--every N]` floating-point rows on edge values instead.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readEngineModules } from '../testing/engine-modules.ts';
import type { Mismatch } from './checker.ts';
import { describeMismatch } from './describe-program.ts';
import { whyNoQemu } from './qemu-machine.ts';
import { reportOf, summaryOf, tablesReportOf, tablesSummaryOf } from './report.ts';
import { runFuzzer } from './run.ts';
import { runFloatTables } from './tables-run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '500000' },
    minutes: { type: 'string' },
    rows: { type: 'string' },
    program: { type: 'string' },
    from: { type: 'string' },
    lockstep: { type: 'string', default: '4' },
    report: { type: 'string' },
    tables: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
  },
});

function numberOf(
  name: 'seed' | 'count' | 'minutes' | 'program' | 'from' | 'lockstep' | 'every',
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(number) || number < 0)
    throw new RangeError(`Cannot fuzz: --${name} ${text} is no number`);
  return number;
}

const unable = whyNoQemu();
if (unable) throw new Error(`Cannot fuzz: ${unable}`);
const seed = numberOf('seed') ?? Date.now() % 1e9;
const minutes = numberOf('minutes');
const program = numberOf('program');
const from = numberOf('from');
const modules = await readEngineModules();
const rows = values.rows === undefined ? {} : { rows: values.rows.toLowerCase() };
const single = program === undefined ? {} : { program };
const lockstepEvery = numberOf('lockstep') ?? 4;
const SHOWN = 10;
const TELL_MS = 20_000;
let told = Date.now();

/** Tells how far a run is, now and then. */
function tell(text: () => string): void {
  if (Date.now() - told < TELL_MS) return;
  told = Date.now();
  process.stderr.write(`${text()}\n`);
}

let shown = 0;
function show(mismatch: Mismatch): void {
  process.exitCode = 1;
  shown += 1;
  if (shown <= SHOWN) console.log(`${describeMismatch(mismatch, seed)}\n`);
}

async function fuzzPrograms(): Promise<void> {
  const result = await runFuzzer({
    ...modules,
    ...rows,
    ...single,
    seed,
    words: minutes === undefined ? (numberOf('count') ?? 0) : Infinity,
    lockstepEvery,
    ...(minutes === undefined ? {} : { deadline: Date.now() + minutes * 60_000 }),
    ...(from === undefined ? {} : { from }),
    onMismatch: show,
    progress: (run) => tell(() => summaryOf(run)),
  });
  console.log(summaryOf(result));
  if (values.report !== undefined) await writeFile(values.report, reportOf(result));
  if (result.missing.length > 0) process.exitCode = 1;
}

async function fuzzTables(): Promise<void> {
  const result = await runFloatTables({
    ...modules,
    ...rows,
    ...single,
    every: numberOf('every') ?? 1,
    lockstepEvery,
    onMismatch: show,
    progress: (run) => tell(() => tablesSummaryOf(run)),
  });
  console.log(tablesSummaryOf(result));
  if (values.report !== undefined) await writeFile(values.report, tablesReportOf(result));
}

await (values.tables ? fuzzTables() : fuzzPrograms());
