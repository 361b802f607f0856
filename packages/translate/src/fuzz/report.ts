import { instructions } from '@boxer/a64';
import { type Processor, processors } from './processors.ts';
import { qemuVersion } from './qemu-machine.ts';
import type { RunResult } from './run.ts';
import type { TablesResult } from './tables-run.ts';

const names = Object.keys(processors) as Processor[];

function total({ tallies }: RunResult, count: (tally: RunResult['tallies'][Processor]) => number): number {
  return names.reduce((sum, name) => sum + count(tallies[name]), 0);
}

/** A few lines on a run. */
export function summaryOf(run: RunResult): string {
  const words = total(run, (tally) => tally.words);
  const executed = total(run, (tally) => tally.instructions);
  const programs = total(run, (tally) => tally.programs);
  const translated = total(run, (tally) => tally.translatedPrograms);
  const lines = [
    `seed ${run.seed}: ${programs} programs, ${words} words, ${executed} instructions executed, ` +
      `${translated} programs in translated code too, ${run.mismatches.length} mismatches`,
  ];
  if (run.missing.length > 0) lines.push(`never executed: ${run.missing.join('; ')}`);
  return lines.join('\n');
}

/** The report of a run: no dates, so that equal runs make equal reports. */
export function reportOf(run: RunResult): string {
  const byProcessor = <T>(value: (name: Processor) => T) =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  const report = {
    what: 'Random programs in the interpreter and in translated code, compared with qemu-aarch64.',
    seed: run.seed,
    qemu: qemuVersion(),
    processors: byProcessor((name) => processors[name]),
    programs: byProcessor((name) => run.tallies[name].programs),
    programsTranslated: byProcessor((name) => run.tallies[name].translatedPrograms),
    words: byProcessor((name) => run.tallies[name].words),
    instructionsExecuted: byProcessor((name) => run.tallies[name].instructions),
    endedBySignal: byProcessor((name) =>
      Object.fromEntries([...run.tallies[name].endings].sort(([a], [b]) => a - b)),
    ),
    mismatches: run.mismatches.length,
    excluded: byProcessor((name) =>
      run.profiles[name].exclusions.map(({ rows, why }) => ({ rows: rows.source, why })),
    ),
    absent: byProcessor((name) => run.profiles[name].absent),
    lacking: byProcessor((name) => Object.fromEntries(run.profiles[name].lacking)),
    rows: Object.fromEntries(
      instructions.map(({ name }, i) => [
        name,
        {
          ...byProcessor((processor) => run.tallies[processor].byRow[i] ?? 0),
          translated: total(run, (tally) => tally.translatedByRow[i] ?? 0),
          faults: total(run, (tally) => tally.faultsByRow[i] ?? 0),
        },
      ]),
    ),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** A line on a run of the tables. */
export function tablesSummaryOf({ rows, length, tally, mismatches }: TablesResult): string {
  return (
    `${rows} floating-point rows: ${tally.programs} of ${length} programs, ${tally.instructions} instructions, ` +
    `${tally.translatedPrograms} programs in translated code too, ${mismatches.length} mismatches`
  );
}

/** The report of a run of the tables. */
export function tablesReportOf({ length, tally, mismatches }: TablesResult): string {
  const report = {
    what: 'Floating-point rows on cross products of edge values in all modes, compared with qemu-aarch64.',
    qemu: qemuVersion(),
    programs: tally.programs,
    ofPrograms: length,
    programsTranslated: tally.translatedPrograms,
    instructionsExecuted: tally.instructions,
    mismatches: mismatches.length,
    rows: Object.fromEntries(
      instructions.flatMap(({ name }, i) => ((tally.byRow[i] ?? 0) > 0 ? [[name, tally.byRow[i]]] : [])),
    ),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
