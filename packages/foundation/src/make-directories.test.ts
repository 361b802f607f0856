import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectories } from './make-directories.ts';
import { describeIf } from './testing/skip.ts';

describe('directories', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-directories-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('are made with those above them, and may be there', () => {
    const path = join(work, 'a', 'b', 'c');
    makeDirectories(path);
    makeDirectories(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('cannot be made below or in place of a file', () => {
    writeFileSync(join(work, 'file'), '');
    expect(() => makeDirectories(join(work, 'file'))).toThrow('EEXIST');
    expect(() => makeDirectories(join(work, 'file', 'a', 'b'))).toThrow('ENOTDIR');
  });
});

describeIf(existsSync('/proc/self') ? undefined : 'there is no /proc', 'where none can be made', () => {
  // Oracle: mkdir -p, which says ENOENT, too.
  it('is said', () => {
    expect(() => makeDirectories('/proc/boxer/a')).toThrow('ENOENT');
  });
});
