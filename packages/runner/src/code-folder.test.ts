import { describeIf } from '@boxer/foundation/testing';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPrivateFolder } from './code-folder.ts';

describe('a folder for code', () => {
  const work = mkdtempSync(join(tmpdir(), 'boxer-code-folder-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('is made for its user alone', () => {
    const folder = join(work, 'a', 'b');
    expect(isPrivateFolder(folder)).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(work, 'a')).mode & 0o777).toBe(0o700);
  });

  it('is not private when others may write to it', () => {
    const folder = join(work, 'shared');
    isPrivateFolder(folder);
    chmodSync(folder, 0o770);
    expect(isPrivateFolder(folder)).toBe(false);
  });
});

describeIf(existsSync('/proc/self') ? undefined : 'there is no /proc', 'where no folder can be made', () => {
  it('is none, and nothing waits for it', () => {
    expect(isPrivateFolder('/proc/boxer/code')).toBe(false);
  });
});
