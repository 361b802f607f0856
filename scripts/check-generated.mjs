/**
 * Regenerates everything that is generated and committed, and fails when a file differs from what is committed.
 * Each package with generated files has a script `generate`.
 */
import { spawnSync } from 'node:child_process';
import { pnpm, root } from './run.mjs';

const before = contents();
pnpm('-r', '--if-present', 'run', 'generate');
const after = contents();
const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
if (changed.length > 0) {
  console.error(`Not up to date; commit what the generator wrote:\n  ${changed.join('\n  ')}`);
  process.exit(1);
}
console.log(`${after.size} generated files are up to date`);

function contents() {
  const listed = git(
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    '*.gen.ts',
    'docs/reference',
  );
  return new Map(
    listed
      .split('\n')
      .filter(Boolean)
      .map((path) => [path, git('hash-object', path)]),
  );
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}
