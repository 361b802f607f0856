import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modeChange } from './mode-change.ts';

describe('--chmod', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-mode-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const expressions = [
    'u+x',
    'g-w,o=',
    'a=rX',
    'u=rwX,go=rX',
    '+t',
    'ug+s',
    'u=g',
    'o+u-w',
    '=',
    'go=u-w',
    'u+rw-x,g=rx',
  ];
  const modes = [0o644, 0o755, 0o600, 0o777, 0o4711, 0o070];

  // Oracle: chmod(1) of the host, on a file and on a directory.
  const rows = expressions.flatMap((expression) => modes.map((before) => ({ expression, before })));
  test.each(rows)('$expression on $before as chmod(1)', ({ expression, before }) => {
    const change = modeChange({ kind: 'symbolic', expression });
    const file = join(work, 'file');
    writeFileSync(file, '');
    chmodSync(file, before);
    spawnSync('chmod', ['--', expression.replace(/(^|,)([-+=])/g, '$1a$2'), file]);
    expect(change(before, false).toString(8)).toBe((statSync(file).mode & 0o7777).toString(8));

    const directory = join(work, 'directory');
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, before & 0o777);
    spawnSync('chmod', ['--', expression.replace(/(^|,)([-+=])/g, '$1a$2'), directory]);
    expect(change(before & 0o777, true).toString(8)).toBe((statSync(directory).mode & 0o7777).toString(8));
  });

  it.each(['', 'x', 'u', 'u+q', '+x,', '8', 'u+x g+x'])('refuses %j', (expression) => {
    expect(() => modeChange({ kind: 'symbolic', expression })).toThrow('invalid chmod parameter');
  });
});
