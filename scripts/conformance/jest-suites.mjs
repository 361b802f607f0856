/** The suites that the tests of packages/dockerfile hold: parser cases, real files, table cases. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../run.mjs';

const SUITES = {
  'suite-golden.test.ts': 'golden: plans and warnings',
  'parser-testfiles.test.ts': 'table cases: parser files',
  'instruction-tables.test.ts': 'table cases: instructions',
  'pattern-tables.test.ts': 'table cases: patterns',
  'shell-tables.test.ts': 'table cases: shell words',
};

/** @returns {{ suite: string, name: string, failure?: string, skipped?: boolean }[]} */
export function runJestSuites({ data }) {
  const realFiles = new Set(fs.readdirSync(join(data, 'real')));
  const directory = fs.mkdtempSync(join(tmpdir(), 'boxer-conformance-'));
  const report = join(directory, 'report.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--json', `--outputFile=${report}`, 'packages/dockerfile/src/conformance'];
  const { status, stderr } = spawnSync(process.execPath, ['--experimental-vm-modules', jest, ...flags], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  try {
    if (!fs.existsSync(report)) throw new Error(`jest ended with ${status} and no report:\n${stderr}`);
    const { testResults } = JSON.parse(fs.readFileSync(report, 'utf8'));
    return joined(testResults.flatMap((file) => casesOf(file, realFiles)));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function casesOf({ name: path, assertionResults, message }, realFiles) {
  const file = basename(path);
  if (assertionResults.length === 0) {
    return [{ suite: SUITES[file] ?? file, name: file, failure: `does not run: ${message}` }];
  }
  return assertionResults.map(({ title, fullName, status, failureMessages }) => ({
    suite: SUITES[file] ?? (realFiles.has(title) ? 'real files' : 'parser cases'),
    // A parser case is one case, though several tests look at it.
    name: file === 'parser-golden.test.ts' ? title : fullName,
    ...(status === 'failed' ? { failure: failureMessages.join('\n').split('\n')[0] } : {}),
    ...(status === 'pending' ? { skipped: true } : {}),
    table: SUITES[file] !== undefined && file !== 'suite-golden.test.ts',
  }));
}

/** Joins tests of the same parser case; rows of a table that read alike stay several cases. */
function joined(tests) {
  const cases = new Map();
  const rows = [];
  for (const { table, ...test } of tests) {
    if (table) rows.push(test);
    else {
      const key = `${test.suite}/${test.name}`;
      cases.set(key, { ...test, ...(cases.get(key)?.failure && { failure: cases.get(key).failure }) });
    }
  }
  return [...cases.values(), ...rows];
}
