import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import type { HostFs } from '../host-files/host-fs.ts';
import { BoxTrapError } from '../errors.ts';
import { Harness } from '../testing/harness.ts';

const FILESYSTEM = 'wasi:filesystem/types';
const READ = 1;
const WRITE = 2;
const MUTATE = 32;
const CREATE = 1;
const DIRECTORY = 2;
const EXCLUSIVE = 4;
const TRUNCATE = 8;

const thisFile = new URL(import.meta.url).pathname;
const base = mkdtempSync(join(tmpdir(), 'boxer-mounts-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;

/** A mounted directory beside a secret that lies outside of it. */
class Place extends Harness {
  static onDisk(mode: 'ro' | 'rw' = 'rw', guest = '/data'): Place {
    const outside = join(base, `case-${count++}`);
    const host = join(outside, 'mounted');
    mkdirSync(join(host, 'sub'), { recursive: true });
    writeFileSync(join(outside, 'secret'), 'SECRET');
    writeFileSync(join(host, 'file'), 'content');
    writeFileSync(join(host, 'sub', 'inner'), 'inner');
    return new Place({ mounts: [{ host, guest, mode }] }, host, outside);
  }

  static inMemory(mode: 'ro' | 'rw' = 'rw'): Place {
    const volume = Volume.fromJSON({
      '/outside/secret': 'SECRET',
      '/m/file': 'content',
      '/m/sub/inner': 'inner',
    });
    const fs = createFsFromVolume(volume) as unknown as HostFs;
    const place = new Place({ mounts: [{ host: '/m', guest: '/data', mode, fs }] }, '/m', '/outside');
    place.volume = volume;
    return place;
  }

  volume: InstanceType<typeof Volume> | undefined;

  private constructor(
    options: ConstructorParameters<typeof Harness>[0],
    readonly host: string,
    readonly outside: string,
  ) {
    super(options);
  }

  root(): number {
    this.call('wasi:filesystem/preopens', 'get-directories', 'result');
    return this.guest.u32(this.u32(0));
  }

  fs(name: string, ...args: readonly (number | bigint | string)[]): void {
    this.call(FILESYSTEM, name, ...args);
  }

  /** Opens a path below the root. @returns 'ok' or the error; the handle is in `handle` */
  open(path: string, how = 0, flags = READ, from = this.root()): string {
    this.fs('[method]descriptor.open-at', from, 0, path, how, flags, 'result');
    this.handle = this.u8(0) === 0 ? this.u32(4) : 0;
    return this.outcome(4);
  }

  handle = 0;

  read(handle: number, length = 100n, offset = 0n): string {
    this.fs('[method]descriptor.read', handle, length, offset, 'result');
    return this.u8(0) === 0 ? this.text(4) : this.outcome(4);
  }

  /** What can be read at a path: its content, or the error. */
  contentOf(path: string): string {
    const outcome = this.open(path);
    if (outcome !== 'ok') return outcome;
    const content = this.read(this.handle);
    this.fs('[resource-drop]descriptor', this.handle);
    return content;
  }

  change(name: string, path: string): string {
    this.fs(`[method]descriptor.${name}`, this.root(), path, 'result');
    return this.outcome(1);
  }
}

const kinds = [
  ['on the disk', () => Place.onDisk()],
  ['in memory', () => Place.inMemory()],
] as const;

describe.each(kinds)('a mount %s', (_, make) => {
  let place: Place;
  beforeEach(() => {
    place = make();
  });
  afterEach(() => place.close());

  it('is read through handles', () => {
    expect(place.contentOf('file')).toBe('content');
    expect(place.contentOf('sub/inner')).toBe('inner');
    expect(place.contentOf('./sub//inner')).toBe('inner');
    expect(place.open('sub')).toBe('ok');
    const sub = place.handle;
    expect(place.open('inner', 0, READ, sub)).toBe('ok');
    expect(place.read(place.handle, 3n, 1n)).toBe('nne');
    expect(place.read(place.handle, 3n, 5n)).toBe('');
    expect(place.u8(12)).toBe(1);
  });

  it('tells kind, size and identity', () => {
    place.fs('[method]descriptor.stat-at', place.root(), 0, 'file', 'result');
    expect([place.outcome(8), place.u8(8), place.u64(24)]).toEqual(['ok', 6, 7n]);
    place.fs('[method]descriptor.stat-at', place.root(), 0, 'sub', 'result');
    expect(place.u8(8)).toBe(3);
    place.fs('[method]descriptor.stat', place.root(), 'result');
    expect(place.u8(8)).toBe(3);
    place.open('file');
    const a = place.handle;
    place.open('file');
    expect(place.call(FILESYSTEM, '[method]descriptor.is-same-object', a, place.handle)).toBe(1);
    expect(place.call(FILESYSTEM, '[method]descriptor.is-same-object', a, place.root())).toBe(0);
  });

  it('lists a directory', () => {
    place.fs('[method]descriptor.read-directory', place.root(), 'result');
    const stream = place.u32(4);
    const seen: string[] = [];
    for (;;) {
      place.fs('[method]directory-entry-stream.read-directory-entry', stream, 'result');
      if (place.u8(4) === 0) break;
      seen.push(`${place.u8(8)} ${place.text(12)}`);
    }
    expect(seen.toSorted()).toEqual(['3 sub', '6 file']);
  });

  it('is written, truncated, renamed, linked and deleted', () => {
    expect(place.open('new', CREATE | EXCLUSIVE, READ | WRITE)).toBe('ok');
    const file = place.handle;
    place.fs('[method]descriptor.write', file, 'hello', 2n, 'result');
    expect(place.u64(8)).toBe(5n);
    expect(place.read(file)).toBe('\0\0hello');
    place.fs('[method]descriptor.set-size', file, 4n, 'result');
    expect(place.read(file)).toBe('\0\0he');
    expect(place.open('new', CREATE | EXCLUSIVE, WRITE)).toBe('exist');
    expect(place.open('new', TRUNCATE, WRITE)).toBe('ok');
    expect(place.contentOf('new')).toBe('');
    place.fs('[method]descriptor.rename-at', place.root(), 'file', place.root(), 'sub/moved', 'result');
    expect(place.outcome(1)).toBe('ok');
    expect(place.contentOf('sub/moved')).toBe('content');
    place.fs('[method]descriptor.link-at', place.root(), 0, 'sub/moved', place.root(), 'again', 'result');
    expect(place.contentOf('again')).toBe('content');
    expect(place.change('unlink-file-at', 'again')).toBe('ok');
    expect(place.contentOf('again')).toBe('no-entry');
    expect(place.change('create-directory-at', 'dir')).toBe('ok');
    expect(place.change('create-directory-at', 'dir')).toBe('exist');
    expect(place.change('remove-directory-at', 'sub')).toBe('not-empty');
    expect(place.change('remove-directory-at', 'dir')).toBe('ok');
    expect(place.change('unlink-file-at', 'sub')).toBe('is-directory');
  });

  it('keeps links as links, and sets times', () => {
    place.fs('[method]descriptor.symlink-at', place.root(), '../../secret', 'link', 'result');
    expect(place.outcome(1)).toBe('ok');
    place.fs('[method]descriptor.readlink-at', place.root(), 'link', 'result');
    expect(place.text(4)).toBe('../../secret');
    place.fs('[method]descriptor.stat-at', place.root(), 1, 'link', 'result');
    expect(place.u8(8)).toBe(5);
    place.fs(
      '[method]descriptor.set-times-at',
      place.root(),
      0,
      'file',
      0,
      0n,
      0,
      2,
      1000n,
      500_000_000,
      'result',
    );
    place.fs('[method]descriptor.stat-at', place.root(), 0, 'file', 'result');
    expect([place.u64(64), place.u32(72)]).toEqual([1000n, 500_000_000]);
  });

  it('streams files', () => {
    place.open('file', 0, READ | WRITE);
    const file = place.handle;
    place.fs('[method]descriptor.append-via-stream', file, 'result');
    const append = place.u32(4);
    place.fs('[method]descriptor.read-via-stream', file, 3n, 'result');
    const input = place.u32(4);
    place.fs('[resource-drop]descriptor', file);
    place.call('wasi:io/streams', '[method]output-stream.write', append, '!!', 'result');
    place.call('wasi:io/streams', '[method]input-stream.blocking-read', input, 100n, 'result');
    expect(place.text(4)).toBe('tent!!');
    place.call('wasi:io/streams', '[method]input-stream.blocking-read', input, 100n, 'result');
    expect([place.u8(0), place.u8(4)]).toEqual([1, 1]);
  });

  it('ends at its root', () => {
    const paths = ['../secret', '/etc/passwd', 'sub/../../secret', '..', 'sub/../file', '/', '//x'];
    expect(paths.map((path) => place.contentOf(path))).toEqual(paths.map(() => 'not-permitted'));
    expect(place.change('create-directory-at', '../evil')).toBe('not-permitted');
    expect(place.change('unlink-file-at', '../secret')).toBe('not-permitted');
    place.fs('[method]descriptor.rename-at', place.root(), 'file', place.root(), '../stolen', 'result');
    expect(place.outcome(1)).toBe('not-permitted');
    place.fs('[method]descriptor.stat-at', place.root(), 0, '../secret', 'result');
    expect(place.outcome(8)).toBe('not-permitted');
    expect(place.events.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(5);
  });

  it('follows no link, whether it leads out or not', () => {
    for (const [target, name] of [
      ['../secret', 'out'],
      ['/', 'top'],
      ['file', 'in'],
      ['sub', 'dir'],
    ] as const) {
      place.fs('[method]descriptor.symlink-at', place.root(), target, name, 'result');
    }
    expect(['out', 'top', 'in'].map((path) => place.contentOf(path))).toEqual(['loop', 'loop', 'loop']);
    expect(['top/etc/passwd', 'dir/inner', 'out/x'].map((path) => place.contentOf(path))).toEqual(
      Array(3)
        .fill('not-directory')
        .map(() => expect.stringMatching(/^(not-directory|loop)$/)),
    );
    expect(place.open('out', CREATE | TRUNCATE, WRITE)).toBe('loop');
    expect(place.change('create-directory-at', 'top/evil')).toMatch(/^(not-directory|loop)$/);
    expect(place.change('unlink-file-at', 'out')).toBe('ok');
  });

  it.each([
    ['an empty path', '', 'no-entry'],
    ['a missing file', 'absent', 'no-entry'],
    ['a file taken for a directory', 'file/x', 'not-directory'],
    ['a file with a slash behind it', 'file/', 'not-directory'],
    ['a name with a NUL byte', 'a\0b', 'invalid'],
    ['a name of 300 bytes', 'n'.repeat(300), 'name-too-long'],
    ['a path of 5,000 bytes', 'a/'.repeat(2500), 'name-too-long'],
  ])('refuses %s', (title, path, code) => {
    if (title.includes('300') && place.volume) return; // memfs has no limit of its own
    expect(place.contentOf(path)).toBe(code);
  });

  it('opens directories as directories only', () => {
    expect(place.open('sub', DIRECTORY)).toBe('ok');
    expect(place.open('file', DIRECTORY)).toBe('not-directory');
    expect(place.open('sub', 0, WRITE)).toBe('is-directory');
    expect(place.read(place.root())).toBe('is-directory');
    place.open('file', 0, READ);
    expect(place.open('x', 0, READ, place.handle)).toBe('not-directory');
  });

  it('keeps reading and writing apart', () => {
    place.open('file', 0, READ);
    place.fs('[method]descriptor.write', place.handle, 'x', 0n, 'result');
    expect(place.outcome(8)).toBe('bad-descriptor');
    place.open('file', 0, WRITE);
    expect(place.read(place.handle)).toBe('bad-descriptor');
  });
});

describe.each([
  ['on the disk', () => Place.onDisk('ro')],
  ['in memory', () => Place.inMemory('ro')],
] as const)('a read-only mount %s', (_, make) => {
  it('refuses every change with EROFS, and says so in the audit log', () => {
    const place = make();
    const outcomes = [
      place.open('file', 0, WRITE),
      place.open('file', 0, READ | MUTATE),
      place.open('new', CREATE),
      place.open('file', TRUNCATE),
      place.change('create-directory-at', 'd'),
      place.change('remove-directory-at', 'sub'),
      place.change('unlink-file-at', 'file'),
    ];
    const after = (name: string, ...args: readonly (number | bigint | string)[]) => {
      place.fs(`[method]descriptor.${name}`, ...args, 'result');
      return place.outcome(1);
    };
    const root = place.root();
    outcomes.push(
      after('rename-at', root, 'file', root, 'x'),
      after('link-at', root, 0, 'file', root, 'x'),
      after('symlink-at', root, 't', 'x'),
      after('set-times-at', root, 0, 'file', 1, 0n, 0, 1, 0n, 0),
      after('set-times', root, 1, 0n, 0, 1, 0n, 0),
    );
    expect(outcomes).toEqual(outcomes.map(() => 'read-only'));
    expect(place.events.filter(({ outcome }) => outcome === 'refused')).toHaveLength(outcomes.length);
    expect(place.contentOf('file')).toBe('content');
    place.close();
  });
});

describe('a mount on the disk', () => {
  it('shows devices, FIFOs and sockets but does not open them', () => {
    const place = Place.onDisk();
    execFileSync('mkfifo', [join(place.host, 'fifo')]);
    expect(place.open('fifo')).toBe('not-permitted');
    expect(place.open('fifo', 0, WRITE)).toBe('not-permitted');
    place.fs('[method]descriptor.stat-at', place.root(), 0, 'fifo', 'result');
    expect(place.u8(8)).toBe(4);
    place.close();
  });

  it('holds a directory that was moved, and nothing above it', () => {
    const place = Place.onDisk();
    place.open('sub');
    const sub = place.handle;
    execFileSync('mv', [join(place.host, 'sub'), join(place.outside, 'moved')]);
    expect(place.open('inner', 0, READ, sub)).toBe('ok');
    expect(place.open('../secret', 0, READ, sub)).toBe('not-permitted');
    place.close();
  });

  it('is left by no rename race', async () => {
    const place = Place.onDisk();
    mkdirSync(join(place.host, 'a'));
    writeFileSync(join(place.host, 'a', 'secret'), 'inside');
    symlinkSync(place.outside, join(place.host, 'b'));
    // Another process exchanges a directory and a link out of the mount as fast as it can.
    const swap = `const fs = require('fs'); process.chdir(${JSON.stringify(place.host)});
      for (;;) { fs.renameSync('a', 't'); fs.renameSync('b', 'a'); fs.renameSync('t', 'b'); }`;
    const swapper = spawn(process.execPath, ['-e', swap]);
    const seen = new Set<string>();
    try {
      const until = Date.now() + 1500;
      while (Date.now() < until && !seen.has('SECRET')) {
        for (let i = 0; i < 200; i++) seen.add(place.contentOf('a/secret'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      swapper.kill('SIGKILL');
    }
    expect(seen).toContain('inside');
    expect(seen.size).toBeGreaterThan(1); // the race did take place
    expect(seen).not.toContain('SECRET');
    place.close();
  }, 20_000);

  it('refuses renames into another mount', () => {
    const place = Place.onDisk();
    const other = new Harness({
      mounts: [
        { host: place.host, guest: '/other', mode: 'rw' },
        { host: place.host, guest: '/data', mode: 'rw' },
      ],
    });
    other.call('wasi:filesystem/preopens', 'get-directories', 'result');
    const [a, b] = [other.guest.u32(other.u32(0)), other.guest.u32(other.u32(0) + 12)];
    other.call(FILESYSTEM, '[method]descriptor.rename-at', a, 'file', b, 'moved', 'result');
    expect(other.outcome(1)).toBe('cross-device');
    other.close();
    place.close();
  });

  it('leaves no descriptor of the host behind', () => {
    const before = readdirSync('/proc/self/fd').length;
    const place = Place.onDisk();
    for (const path of ['file', 'sub', 'sub/inner', 'absent', 'file/x', '../x']) place.open(path);
    place.close();
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('says which directory is missing', () => {
    const missing = () => new Harness({ mounts: [{ host: '/nonexistent', guest: '/data', mode: 'ro' }] });
    expect(missing).toThrow('Cannot mount /nonexistent at /data');
    expect(() => new Harness({ mounts: [{ host: thisFile, guest: '/d', mode: 'ro' }] })).toThrow('ENOTDIR');
  });
});

describe('a kernel that lies', () => {
  it.each([
    ['a handle that is none', (p: Place) => p.fs('[method]descriptor.stat', 999, 'result')],
    [
      'a handle of another kind',
      (p: Place) => p.call('wasi:io/streams', '[method]input-stream.read', p.root(), 1n, 'result'),
    ],
    [
      'a dropped handle',
      (p: Place) => {
        const root = p.root();
        p.fs('[resource-drop]descriptor', root);
        p.fs('[method]descriptor.stat', root, 'result');
      },
    ],
    [
      'a file that its allocator closes',
      (p: Place) => {
        expect(p.open('file')).toBe('ok');
        p.guest.attach(p.memory, () => {
          p.fs('[resource-drop]descriptor', p.handle);
          return 4096;
        });
        p.fs('[method]descriptor.read', p.handle, 7n, 0n, 'result');
      },
    ],
    [
      'a directory that it closed and goes on listing',
      (p: Place) => {
        expect(p.open('sub')).toBe('ok');
        p.fs('[method]descriptor.read-directory', p.handle, 'result');
        const stream = p.u32(4);
        p.fs('[resource-drop]descriptor', p.handle);
        p.fs('[method]directory-entry-stream.read-directory-entry', stream, 'result');
      },
    ],
    [
      'a path outside its memory',
      (p: Place) => p.fs('[method]descriptor.unlink-file-at', p.root(), 0x7fffffff, 10, 'result'),
    ],
    [
      'a path that wraps around',
      (p: Place) => p.fs('[method]descriptor.unlink-file-at', p.root(), 0xfffffff0, 0x20, 'result'),
    ],
    ['a result outside its memory', (p: Place) => p.fs('[method]descriptor.stat', p.root(), 0xfffffff8)],
    [
      'a result that ends behind it',
      (p: Place) => p.fs('[method]descriptor.stat', p.root(), p.memory.buffer.byteLength - 8),
    ],
  ])('is ended for %s', (_, act) => {
    const place = Place.onDisk();
    expect(() => act(place)).toThrow(BoxTrapError);
    place.close();
  });

  it('gets EILSEQ for a path that is not UTF-8', () => {
    const place = Place.onDisk();
    place.guest.bytes(4096, 1).set([0xff]);
    place.fs('[method]descriptor.unlink-file-at', place.root(), 4096, 1, 'result');
    expect(place.outcome(1)).toBe('illegal-byte-sequence');
    place.close();
  });
});
