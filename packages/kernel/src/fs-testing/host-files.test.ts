import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestKernel } from './test-kernel.ts';
import { wasiFiles } from './wasi-files.ts';

const CWD = -100;

// oracle: the directory on this machine, seen through node:fs
describe('a directory of the host', () => {
  let folder: string;
  let kernel: TestKernel;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'boxer-host-'));
    mkdirSync(path.join(folder, 'w/sub'), { recursive: true });
    writeFileSync(path.join(folder, 'secret'), 'outside');
    writeFileSync(path.join(folder, 'w/file'), 'from the host');
    writeFileSync(path.join(folder, 'w/sub/inner'), 'deep');
    symlinkSync('sub', path.join(folder, 'w/link'));
    symlinkSync('../secret', path.join(folder, 'w/escape'));
    symlinkSync('/etc/passwd', path.join(folder, 'w/absolute'));
    const late: { exports?: TestKernel['exports'] } = {};
    const booting = TestKernel.boot({
      boot: ['mount=/ro:ro', 'mount=/host:rw'],
      imports: wasiFiles(
        () => {
          if (!late.exports) throw new Error('Cannot call the kernel before it is there');
          return late.exports;
        },
        { '/host': path.join(folder, 'w'), '/ro': path.join(folder, 'w') },
      ),
      onExports: (exports) => (late.exports = exports),
    });
    kernel = await booting;
  }, 60_000);
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read and written', () => {
    expect(kernel.readFile('/host/file').toString()).toBe('from the host');
    expect(kernel.readFile('/host/link/inner').toString()).toBe('deep');
    kernel.writeFile('/host/new', 'x'.repeat(100_000));
    expect(readFileSync(path.join(folder, 'w/new')).length).toBe(100_000);
    expect(kernel.call('mkdirat', CWD, '/host/d', 0o755)).toBe(0);
    expect(kernel.call('renameat2', CWD, '/host/new', CWD, '/host/d/moved', 0)).toBe(0);
    expect(kernel.call('symlinkat', 'target', CWD, '/host/d/l')).toBe(0);
    expect(kernel.call('truncate', '/host/d/moved', 5)).toBe(0);
    expect(readFileSync(path.join(folder, 'w/d/moved'), 'utf8')).toBe('xxxxx');
    expect(readlinkSync(path.join(folder, 'w/d/l'))).toBe('target');
    expect(kernel.call('unlinkat', CWD, '/host/d', 0x200)).toBe(-39);
    const fd = kernel.call('openat', CWD, '/host/file', 0o2001, 0);
    expect(kernel.call('write', fd, '!', 1)).toBe(1);
    expect(readFileSync(path.join(folder, 'w/file'), 'utf8')).toBe('from the host!');
  });

  it('shows what the host changes meanwhile', () => {
    expect(kernel.call('faccessat', CWD, '/host/later', 0)).toBe(-2);
    writeFileSync(path.join(folder, 'w/later'), 'now');
    expect(kernel.readFile('/host/later').toString()).toBe('now');
    writeFileSync(path.join(folder, 'w/later'), 'and now');
    expect(kernel.readFile('/host/later').toString()).toBe('and now');
    rmSync(path.join(folder, 'w/later'));
    expect(kernel.call('faccessat', CWD, '/host/later', 0)).toBe(-2);
  });

  it('is listed from any position', () => {
    const at = kernel.reserve(320);
    for (const folderPath of ['/host', '/proc/self/fd']) {
      const fd = kernel.call('openat', CWD, folderPath, 0o40000, 0);
      for (const position of [1_000_000n, 0x8000_0002n, 0x8000_0005n, 2n ** 63n - 1n]) {
        expect(kernel.callAs(0, 'lseek', fd, position, 0)).toBe(position);
        expect(kernel.call('getdents64', fd, at, 320)).toBe(0);
      }
    }
  });

  // oracle: fallocate(2) on this machine, EFBIG. A removed file cannot be opened again by wasi:filesystem, which knows paths.
  it('takes no length that overflows, and opens no other file in place of a removed one', () => {
    const fd = kernel.call('openat', CWD, '/host/file', 2, 0);
    expect(kernel.call('fallocate', fd, 0, 2n ** 63n - 1n, 1)).toBe(-27);
    expect(kernel.call('unlinkat', CWD, '/host/file', 0)).toBe(0);
    writeFileSync(path.join(folder, 'w/file'), 'another one');
    expect(kernel.call('openat', CWD, `/proc/self/fd/${fd}`, 0, 0)).toBe(-2);
  });

  it('is not left: links and ".." lead into the box', () => {
    expect(kernel.call('openat', CWD, '/host/escape', 0, 0)).toBe(-2);
    expect(kernel.call('openat', CWD, '/host/absolute', 0, 0)).toBe(-2);
    kernel.writeFile('/secret', 'of the box');
    expect(kernel.readFile('/host/escape').toString()).toBe('of the box');
    expect(kernel.readFile('/host/sub/../../secret').toString()).toBe('of the box');
  });

  it('is not changed through a read-only mount', () => {
    expect(kernel.readFile('/ro/file').toString()).toBe('from the host');
    expect(kernel.call('openat', CWD, '/ro/file', 1, 0)).toBe(-30);
    expect(kernel.call('openat', CWD, '/ro/new', 0o101, 0o644)).toBe(-30);
    expect(kernel.call('unlinkat', CWD, '/ro/file', 0)).toBe(-30);
    expect(kernel.call('renameat2', CWD, '/ro/file', CWD, '/ro/f', 0)).toBe(-30);
    expect(kernel.call('truncate', '/ro/file', 0)).toBe(-30);
  });

  it('gives sizes and times', () => {
    expect(
      kernel.call(
        'utimensat',
        CWD,
        '/host/file',
        Buffer.from(new BigInt64Array([1000n, 0n, 2000n, 0n]).buffer),
        0,
      ),
    ).toBe(0);
    expect(statSync(path.join(folder, 'w/file')).mtimeMs).toBe(2_000_000);
    const at = kernel.reserve(128);
    expect(kernel.call('newfstatat', CWD, '/host/file', at, 0)).toBe(0);
    expect(kernel.guestView(at, 128).getBigInt64(88, true)).toBe(2000n);
    expect(kernel.guestView(at, 128).getBigUint64(48, true)).toBe(13n);
    expect(kernel.call('renameat2', CWD, '/host/file', CWD, '/elsewhere', 0)).toBe(-18);
  });
});
