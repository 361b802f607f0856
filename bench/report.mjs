/** Writes docs/performance.md and its charts from bench/results: `node bench/report.mjs`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart } from './support/chart.mjs';
import { root } from './support/machine.mjs';
import { sections } from './support/report-sections.mjs';

const docs = join(root, 'docs');
mkdirSync(join(docs, 'performance'), { recursive: true });

function resultOf(name) {
  const path = join(root, 'bench', 'results', `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function table(rows, columns) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...columns]),
    line(['---', ...columns.map(() => '---:')]),
    ...Object.entries(rows).map(([name, figures]) =>
      line([name, ...columns.map((each) => figures[each] ?? '')]),
    ),
  ].join('\n');
}

const columnsOf = (rows) => [...new Set(Object.values(rows).flatMap((figures) => Object.keys(figures)))];

const pages = sections.flatMap(
  ({ result: name, title, text, rows: rowsOf = (figures) => figures, chart }) => {
    const result = resultOf(name);
    if (!result) return [];
    const rows = rowsOf(result.figures);
    const columns = columnsOf(rows);
    const parts = [`## ${title}`, text];
    if (chart) {
      const series = columns.filter((each) => !each.endsWith('Ms'));
      writeFileSync(join(docs, 'performance', `${name}.svg`), barChart(rows, series, chart));
      parts.push(`![${title}](performance/${name}.svg)`);
    }
    parts.push(table(rows, columns));
    const { commit, date, cpu, cores, node, repetitions } = result;
    const runs = repetitions === 1 ? 'One run each' : `Medians of ${repetitions} runs`;
    parts.push(
      `${runs}, measured at ${commit}, ${date}: ${cpu}, ${cores} cores, node ${node}. \`pnpm bench ${name}\` repeats it.`,
    );
    return [parts.join('\n\n')];
  },
);

writeFileSync(
  join(docs, 'performance.md'),
  [
    '<!-- Written by bench/report.mjs from bench/results; do not edit. -->',
    '# How fast is it?',
    'Every figure stands beside a peer that was measured in the same run, alternating with it: machines are noisy, so only ratios ' +
      'of medians mean something. "native" is the same program of the same version, made for this machine; "qemu" is ' +
      'qemu-user 7.2 with `-cpu cortex-a57`, running the very file that the box runs.',
    ...pages,
    '',
  ].join('\n\n'),
);
