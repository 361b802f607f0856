import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildOutput } from '../build-options.ts';
import { checkOutput } from './check-output.ts';
import { moveFile } from './move-file.ts';

const work = mkdtempSync(join(tmpdir(), 'boxer-output-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const file = join(work, 'file');
beforeEach(() => writeFileSync(file, 'before'));

describe('where a result goes', () => {
  it.each([
    ['component', work, 'it is a directory'],
    ['component', `${work}/none/`, 'it is a directory'],
    ['tar', work, 'it is a directory'],
    ['component', join(file, 'image.wasm'), 'ENOTDIR: not a directory'],
    ['local', file, 'it is no directory'],
  ] as [BuildOutput['type'], string, string][])(
    'is refused before a build: %s to %s',
    async (type, dest, why) => {
      await expect(checkOutput({ type, dest })).rejects.toMatchObject({
        code: 'BUILD_OUTPUT',
        message: `Cannot write ${dest}: ${why}`,
      });
    },
  );

  it.each([
    ['component', file],
    ['component', join(work, 'none', 'image.wasm')],
    ['component', '/dev/null'],
    ['local', work],
    ['local', join(work, 'none')],
  ] as [BuildOutput['type'], string][])('may be %s %s', async (type, dest) => {
    await expect(checkOutput({ type, dest })).resolves.toBeUndefined();
  });

  it('stays a device, and is found behind a link', async () => {
    const from = join(work, 'from');
    writeFileSync(from, 'after');
    await moveFile(from, '/dev/null');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    symlinkSync(file, join(work, 'link'));
    await moveFile(from, join(work, 'link'));
    expect(readFileSync(file, 'utf8')).toBe('after');
  });
});
