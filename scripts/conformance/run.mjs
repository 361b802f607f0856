/**
 * `pnpm conformance [--only TEXT] [--no-write]`: compares Boxer with BuildKit, case by case, and counts.
 *
 * A case passes, is skipped because something is not installed here, or stands in exceptions.json with the reason. Fails
 * when another case fails, and when an exception passes: it has to be taken out.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../run.mjs';
import { debianBase } from './debian-base.mjs';
import { runGolden } from './golden.mjs';
import { runJestSuites } from './jest-suites.mjs';
import { countsOf, reference, table } from './report.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, 'no-write': { type: 'boolean' } } });
const data = join(root, '..', 'shared', 'conformance');
if (!fs.existsSync(join(data, 'golden', 'suite.jsonl'))) {
  console.log(
    'Conformance: skipped, because the data is not there (../shared/conformance beside the checkout).',
  );
} else {
  process.exitCode = await compare();
}

async function compare() {
  const exceptions = JSON.parse(fs.readFileSync(new URL('exceptions.json', import.meta.url), 'utf8'));
  const work = fs.mkdtempSync(join(tmpdir(), 'boxer-conformance-base-'));
  try {
    const { baseOf, why } = debianBase(work);
    if (why !== undefined) console.log(`Cases on Debian bookworm are skipped: ${why}`);
    const golden = await runGolden({ data, baseOf, only: values.only });
    const cases = [...golden, ...(values.only === undefined ? runJestSuites({ data }) : [])];
    return judge(cases, exceptions);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** @returns the exit code */
function judge(cases, exceptions) {
  const complaints = cases.flatMap(({ name, failure, skipped }) => {
    if (failure !== undefined) return name in exceptions ? [] : [`${name}: ${failure}`];
    return name in exceptions && !skipped ? [`${name}: passes; take it out of exceptions.json`] : [];
  });
  for (const name of Object.keys(exceptions)) {
    if (values.only === undefined && !cases.some((one) => one.name === name)) {
      complaints.push(`${name}: stands in exceptions.json, but there is no such case`);
    }
  }
  const counts = countsOf(cases, exceptions);
  for (const complaint of complaints) console.log(complaint);
  console.log(table(counts));
  const complete = values.only === undefined && !cases.some(({ skipped }) => skipped);
  if (complete && complaints.length === 0 && !values['no-write']) {
    fs.writeFileSync(join(root, 'docs', 'reference', 'conformance.md'), reference(counts, exceptions));
  }
  return complaints.length === 0 ? 0 : 1;
}
