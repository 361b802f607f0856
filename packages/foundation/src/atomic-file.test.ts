import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile, replaceFileSync, TEMPORARY_FILE, writeFileAtomically } from './atomic-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'boxer-atomic-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'file');

describe('files that appear whole', () => {
  beforeEach(() => writeFileSync(path, 'before'));

  it('replace what is there, and say what was written', async () => {
    const chunks = [Buffer.from('a'), Buffer.from('bc')];
    // Oracle: `printf abc | sha256sum`.
    expect(await writeFileAtomically(path, chunks)).toEqual({
      sizeBytes: 3,
      digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    expect(readFileSync(path, 'utf8')).toBe('abc');
  });

  it('leave what is there, and nothing else, when writing fails', async () => {
    const failing = async function* () {
      yield Buffer.from('after');
      expect(readdirSync(directory).filter((name) => TEMPORARY_FILE.test(name))).toHaveLength(1);
      throw new Error('no more');
    };
    await expect(writeFileAtomically(path, failing())).rejects.toThrow('no more');
    expect(() => replaceFileSync(join(path, 'below'), Buffer.from('x'))).toThrow('ENOTDIR');
    expect(readdirSync(directory)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe('before');
  });

  it('may get their name when they are there', async () => {
    const write = async (temporary: string) => {
      await writeFile(temporary, 'x');
      return 'named';
    };
    await replaceFile(path, write, (name) => join(directory, name));
    expect(readdirSync(directory).sort()).toEqual(['file', 'named']);
  });
});
