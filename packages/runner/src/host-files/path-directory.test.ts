import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
