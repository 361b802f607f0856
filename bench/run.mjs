/**
 * Measures Boxer on this machine, each figure beside a peer in the same run: `pnpm bench [--runs N] [case…]`.
 * Needs a build. What a case needs besides (qemu-user, mmdebstrap, buildah) is told when it is missing.
 * Writes bench/results/<case>.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as build from './cases/build.mjs';
import * as classes from './cases/classes.mjs';
import * as interpreter from './cases/interpreter.mjs';
import * as programs from './cases/programs.mjs';
import * as python from './cases/python.mjs';
import * as start from './cases/start.mjs';
import * as translated from './cases/translated.mjs';
import * as translator from './cases/translator.mjs';
import { circumstances, kept, root } from './support/machine.mjs';

const cases = [interpreter, classes, translated, translator, start, python, programs, build];
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' } },
});
const runs = values.runs === undefined ? undefined : Number(values.runs);
if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) {
  console.error(`--runs takes a whole number above 0, not ${values.runs}.`);
  process.exit(1);
}
const unknown = wanted.filter((name) => !cases.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(
    `No such case: ${unknown.join(', ')}. There are: ${cases.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
mkdirSync(kept, { recursive: true });
mkdirSync(join(root, 'bench', 'results'), { recursive: true });
for (const one of cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const repetitions = runs ?? one.repetitions;
  const figures = await one.measure(repetitions);
  console.log(`\n${one.name}`);
  if (figures.skipped) {
    console.log(`  skipped: ${show(figures.skipped)}`);
    continue;
  }
  for (const [key, value] of Object.entries(figures)) console.log(`  ${key.padEnd(16)} ${show(value)}`);
  for (const [key, goal] of Object.entries(one.goals)) console.log(`  ${verdict(figures, key, goal)}`);
  const result = { ...circumstances(), repetitions, figures, goals: one.goals };
  writeFileSync(join(root, 'bench', 'results', `${one.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

function show(value) {
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([key, figure]) => `${key} ${figure}`)
    .join('   ');
}

/** A goal is an upper bound, except for MIPS. */
function verdict(figures, key, goal) {
  const value = key.split(' ').reduce((at, part) => at?.[part], figures);
  const met = /mips/i.test(key) ? value >= goal : value <= goal;
  return `goal ${key} ${/mips/i.test(key) ? '≥' : '≤'} ${goal}: ${value}${met ? '' : ' (missed)'}`;
}
