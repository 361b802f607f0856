import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { fileKinds, type HostFs } from './host-fs.ts';
import { PathDirectory } from './path-directory.ts';

describe('a directory that another program swaps while a file in it is opened', () => {
  let work: string;
  beforeEach(() => {
    work = fs.mkdtempSync(join(tmpdir(), 'boxer-path-directory-'));
    fs.mkdirSync(join(work, 'mounted'));
    fs.writeFileSync(join(work, 'mounted', 'there'), 'text');
  });
  afterEach(() => fs.rmSync(work, { recursive: true, force: true }));

  // Oracle: the operating system, which knows whether a descriptor is open.
  it.each(['there', 'new'])('opens nothing and keeps no descriptor: %s', (name) => {
    const mounted = join(work, 'mounted');
    let opened: number | undefined;
    const swapping = {
      ...fs,
      openSync(path: string, flags: number, mode?: number): number {
        opened = fs.openSync(path, flags, mode);
        fs.renameSync(mounted, join(work, 'moved'));
        fs.mkdirSync(mounted);
        return opened;
      },
    };
    const wish = {
      read: true,
      write: true,
      create: true,
      exclusive: false,
      truncate: false,
      directory: false,
    };
    expect(() => PathDirectory.openRoot(swapping, mounted).open(name, wish)).toThrow(
      expect.objectContaining({ code: 'EACCES' }),
    );
    expect(() => fs.fstatSync(opened ?? -1)).toThrow('EBADF');
  });
});

/** A disk on which there is a directory at every path: it tells which ones were asked for. */
function diskOf(seen: string[]): HostFs {
  const mode = fileKinds.directory;
  const stats = { dev: 1n, ino: 1n, mode, nlink: 1n, size: 0n, atimeMs: 0n, mtimeMs: 0n, ctimeMs: 0n };
  const known = {
    realpathSync: (path: string) => path,
    lstatSync: (path: string) => (seen.push(path), stats),
    rmdirSync: (path: string) => void seen.push(path),
  };
  return known as unknown as HostFs;
}

// Oracle: Microsoft, "Naming Files, Paths, and Namespaces": separators, streams, reserved characters, and what is cut off names.
describe('names on Windows', () => {
  const strange = [
    '..\\secret',
    '..\\..\\Windows',
    'sub\\file',
    'C:',
    'C:\\Windows',
    'file:stream',
    '.. ',
    '...',
    'a.',
    'a|b',
  ];

  it.each(strange)('are never paths: %j', (name) => {
    const seen: string[] = [];
    const root = PathDirectory.openRoot(diskOf(seen), 'D:\\mounted', win32);
    for (const act of [() => root.stat(name), () => root.removeDirectory(name)])
      expect(act).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(new Set(seen)).toEqual(new Set(['D:\\mounted']));
  });

  it.each(['file', '.hidden', 'a b', 'ä.txt'])('may be %j', (name) => {
    const seen: string[] = [];
    for (const root of ['D:\\mounted', 'D:\\']) PathDirectory.openRoot(diskOf(seen), root, win32).stat(name);
    expect(seen).toEqual(expect.arrayContaining([`D:\\mounted\\${name}`, `D:\\${name}`]));
  });
});

describe('names elsewhere', () => {
  it('may have anything but slashes', () => {
    const seen: string[] = [];
    const root = PathDirectory.openRoot(diskOf(seen), '/mounted', posix);
    for (const name of ['..\\secret', 'a:b', 'a.']) root.stat(name);
    expect(seen).toEqual(expect.arrayContaining(['/mounted/..\\secret', '/mounted/a:b', '/mounted/a.']));
  });
});
