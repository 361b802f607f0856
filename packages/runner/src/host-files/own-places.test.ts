import { describeIf } from '@boxer/foundation/testing';
import * as nodeFs from 'node:fs';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FencedDirectory } from './fenced-directory.ts';
import { type HostDirectory, OPEN_DIRECTORY } from './host-directory.ts';
import { openMount } from './mount.ts';
import { OwnPlaces } from './own-places.ts';
import { PathDirectory } from './path-directory.ts';

let home: string;
let outside: string;

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), 'boxer-own-'));
  home = join(base, 'home');
  outside = join(base, 'outside');
  for (const each of [home, outside]) mkdirSync(each);
  mkdirSync(join(home, 'free', 'deep'), { recursive: true });
  writeFileSync(join(home, 'file'), 'x');
});
afterEach(() => rmSync(join(home, '..'), { recursive: true, force: true }));

const mounted = (path: string, own: OwnPlaces) =>
  openMount({ host: path, guest: '/mnt', mode: 'rw' }, own).root;

function opened(directory: HostDirectory, ...names: readonly string[]): HostDirectory {
  return names.reduce((at, name) => {
    const found = at.open(name, OPEN_DIRECTORY);
    if (found.kind === 'file') throw new TypeError(`${name} is a file`);
    return found.directory;
  }, directory);
}

const code = (action: () => unknown): unknown => {
  try {
    action();
    return 'done';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
};

describe.each(['handles', 'paths'] as const)('a writable mount around what is Boxer’s own, by %s', (how) => {
  const root = (own: OwnPlaces) =>
    how === 'handles' ? mounted(home, own) : new FencedDirectory(PathDirectory.openRoot(nodeFs, home), own);

  it('does not lead there, and neither moves, deletes nor replaces what does', () => {
    const own = new OwnPlaces([join(home, '.cache', 'boxer', 'code')]);
    writeFileSync(join(home, '.cache', 'boxer', 'code', 'secret'), 'x');
    const at = root(own);
    const cache = opened(at, '.cache');
    const boxer = opened(cache, 'boxer');
    expect(boxer.list()).toEqual(['code']);
    expect(code(() => boxer.open('code', OPEN_DIRECTORY))).toBe('EACCES');
    for (const [parent, name] of [
      [at, '.cache'],
      [cache, 'boxer'],
      [boxer, 'code'],
    ] as const) {
      expect(code(() => parent.rename(name, at, 'moved'))).toBe('EBUSY');
      expect(code(() => at.rename('free', parent, name))).toBe('EBUSY');
      expect(code(() => parent.removeDirectory(name))).toBe('EBUSY');
    }
    expect(readdirSync(join(home, '.cache', 'boxer', 'code'))).toEqual(['secret']);
  });

  it('lets everything else be as ever', () => {
    const at = root(new OwnPlaces([join(home, '.cache', 'boxer', 'code')]));
    at.makeDirectory('new');
    at.rename('new', opened(at, 'free', 'deep'), 'newer');
    at.rename('file', opened(at, '.cache', 'boxer'), 'file');
    opened(at, '.cache', 'boxer').unlink('file');
    opened(at, 'free', 'deep').removeDirectory('newer');
    expect(code(() => at.removeDirectory('missing'))).toBe('ENOENT');
    expect(readdirSync(join(home, '.cache', 'boxer'))).toEqual(['code']);
  });

  it('keeps links on the way there, and knows the place by other ways', () => {
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), join(home, '.cache'));
    const at = root(new OwnPlaces([join(home, '.cache', 'code')]));
    expect(code(() => at.unlink('.cache'))).toBe('EBUSY');
    expect(code(() => at.rename('file', at, '.cache'))).toBe('EBUSY');
    expect(code(() => opened(at, 'elsewhere').open('code', OPEN_DIRECTORY))).toBe('EACCES');
    renameSync(join(home, 'elsewhere', 'code'), join(home, 'free', 'moved'));
    expect(code(() => opened(at, 'free').open('moved', OPEN_DIRECTORY))).toBe('EACCES');
  });

  it('lets nobody put a folder where there was none', () => {
    const at = root(new OwnPlaces([join(home, '.cache', 'code')]));
    expect(code(() => at.makeDirectory('.cache'))).toBe('EEXIST');
    const blocked = new OwnPlaces([join(home, 'file', 'code')]);
    expect(code(() => root(blocked).unlink('file'))).toBe('EBUSY');
  });
});

describe('a mount of what is Boxer’s own', () => {
  it('is refused when it is writable, wherever in there', () => {
    const path = join(outside, 'code');
    const own = new OwnPlaces([path]);
    mkdirSync(join(path, 'packs'));
    for (const each of [path, join(path, 'packs')])
      expect(() => mounted(each, own)).toThrow(/boxes may not write where Boxer keeps what it executes/);
    expect(openMount({ host: path, guest: '/mnt', mode: 'ro' }, own).root.list()).toEqual(['packs']);
    expect(existsSync(path)).toBe(true);
  });

  it('beside it has no fence', () => {
    const own = new OwnPlaces([join(outside, 'code')]);
    expect(mounted(home, own)).not.toBeInstanceOf(FencedDirectory);
    expect(mounted('/', own)).toBeInstanceOf(FencedDirectory);
  });
});

describeIf(existsSync('/proc/self') ? undefined : 'there is no /proc', 'a place that cannot be made', () => {
  it('fences what is on the way to it', () => {
    const own = new OwnPlaces(['/proc/boxer/code']);
    expect(own.isOnTheWay(statSync('/proc', { bigint: true }))).toBe(true);
    expect(own.holds(home)).toBe(false);
  });
});
