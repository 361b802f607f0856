import { randomBytes } from 'node:crypto';
import { type Change, readChanges } from './change-stream-reader.ts';
import { type LowerInode, writeTestPayload } from './overlay-payload.ts';
import { TestKernel } from './test-kernel.ts';

const CWD = -100;
const directory = (names: Record<string, LowerInode>, mode = 0o755): LowerInode => ({
  mode: 0o040000 | mode,
  names,
});
const file = (content: string | Uint8Array, mode = 0o644): LowerInode => ({ mode: 0o100000 | mode, content });

const big = randomBytes(300_000);
const shared = file('two names');
const tree = directory({
  etc: directory({
    passwd: file('root:x:0:0\n'),
    link: { mode: 0o120777, target: 'passwd' },
    empty: file(''),
  }),
  usr: directory({
    big: file(big),
    zeros: file(new Uint8Array(200_000)),
    one: shared,
    two: shared,
    deep: directory({ a: file('a'), b: directory({ c: file('c') }) }),
  }),
  secret: {
    ...file('no', 0o600),
    uid: 7,
    xattrs: { 'user.note': 'kept', 'security.capability': '\u0001\u0002' },
  },
});

async function boot(names: LowerInode = tree, options = {}): Promise<TestKernel> {
  return TestKernel.boot({ payload: writeTestPayload(names), ...options });
}

function changesOf(kernel: TestKernel): Change[] {
  kernel.changes.length = 0;
  expect(kernel.exports.exportChanges()).toBe(0);
  return readChanges(Buffer.concat(kernel.changes));
}

function statOf(
  kernel: TestKernel,
  path: string,
): { ino: bigint; mode: number; nlink: number; size: bigint } {
  const at = kernel.reserve(128);
  expect(kernel.call('newfstatat', CWD, path, at, 0x100)).toBe(0);
  const view = kernel.guestView(at, 128);
  return {
    ino: view.getBigUint64(8, true),
    mode: view.getUint32(16, true),
    nlink: view.getUint32(20, true),
    size: view.getBigUint64(48, true),
  };
}

// oracle: the tree that the payload was written from; change-stream.ts for the records
describe('the overlay over a payload', () => {
  it('reads files of all sizes, also when blocks are inflated', async () => {
    const kernel = await boot();
    expect(kernel.readFile('/usr/big').equals(big)).toBe(true);
    expect(kernel.readFile('/usr/zeros').equals(Buffer.alloc(200_000))).toBe(true);
    expect(kernel.readFile('/etc/link').toString()).toBe('root:x:0:0\n');
    expect(kernel.readFile('/etc/empty')).toHaveLength(0);
    expect(changesOf(kernel)).toEqual([]);
  }, 60_000);

  it('copies only what is written', async () => {
    const kernel = await boot();
    const fd = kernel.call('openat', CWD, '/usr/big', 2, 0);
    expect(kernel.call('pwrite64', fd, 'XY', 2, 70_000)).toBe(2);
    expect(kernel.call('pwrite64', fd, 'end', 3, 300_000)).toBe(3);
    const expected = Buffer.concat([big, Buffer.from('end')]);
    expected.write('XY', 70_000);
    expect(kernel.readFile('/usr/big').equals(expected)).toBe(true);
    const [change] = changesOf(kernel);
    expect(change).toMatchObject({ kind: 'file', path: 'usr/big', mode: 0o100644 });
    expect(Buffer.from(change?.value ?? '', 'latin1').equals(expected)).toBe(true);
  });

  it('shows zeros where a shortened file grew again', async () => {
    const kernel = await boot();
    expect(kernel.call('truncate', '/usr/big', 10)).toBe(0);
    expect(kernel.call('truncate', '/usr/big', 100_000)).toBe(0);
    const expected = Buffer.alloc(100_000);
    big.copy(expected, 0, 0, 10);
    expect(kernel.readFile('/usr/big').equals(expected)).toBe(true);
  });

  it('keeps hard links of the payload', async () => {
    const kernel = await boot();
    expect(statOf(kernel, '/usr/one')).toEqual(statOf(kernel, '/usr/two'));
    expect(statOf(kernel, '/usr/one').nlink).toBe(2);
    kernel.writeFile('/usr/one', 'changed');
    expect(kernel.readFile('/usr/two').toString()).toBe('changed');
    expect(kernel.call('unlinkat', CWD, '/usr/one', 0)).toBe(0);
    expect(statOf(kernel, '/usr/two').nlink).toBe(1);
    expect(changesOf(kernel)).toEqual([
      expect.objectContaining({ kind: 'directory', path: 'usr' }),
      { kind: 'deleted', path: 'usr/one' },
      expect.objectContaining({ kind: 'file', path: 'usr/two', value: 'changed' }),
    ]);
  });

  it('lists a directory steadily while names come and go', async () => {
    const kernel = await boot();
    expect(kernel.listDirectory('/usr')).toEqual(['.', '..', 'big', 'deep', 'one', 'two', 'zeros']);
    kernel.call('unlinkat', CWD, '/usr/one', 0);
    kernel.writeFile('/usr/new', '');
    expect(kernel.listDirectory('/usr')).toEqual(['.', '..', 'big', 'deep', 'two', 'zeros', 'new']);
  });

  it('exports a renamed directory with its files by reference', async () => {
    const kernel = await boot();
    expect(kernel.call('renameat2', CWD, '/usr/deep', CWD, '/moved', 0)).toBe(0);
    kernel.writeFile('/moved/b/new', 'n');
    const changes = changesOf(kernel).filter(({ kind, path }) => kind !== 'directory' || path === 'x');
    expect(changes).toEqual([
      { kind: 'deleted', path: 'usr/deep' },
      expect.objectContaining({ kind: 'opaqueDirectory', path: 'moved' }),
      expect.objectContaining({ kind: 'fileFrom', path: 'moved/a', value: 'usr/deep/a' }),
      expect.objectContaining({ kind: 'opaqueDirectory', path: 'moved/b' }),
      expect.objectContaining({ kind: 'fileFrom', path: 'moved/b/c', value: 'usr/deep/b/c' }),
      expect.objectContaining({ kind: 'file', path: 'moved/b/new', value: 'n' }),
    ]);
  });

  it('exports every kind of change, and nothing of what is mounted', async () => {
    const kernel = await boot(tree, { boot: ['tmpfs=/run'] });
    kernel.writeFile('/run/x', 'in a tmpfs');
    kernel.writeFile('/dev/shm/x', 'in shared memory');
    kernel.call('fchmodat', CWD, '/etc/passwd', 0o600);
    kernel.call('symlinkat', 'target', CWD, '/etc/new-link');
    kernel.call('mknodat', CWD, '/etc/fifo', 0o10644, 0);
    kernel.writeFile('/etc/h1', 'same');
    kernel.call('linkat', CWD, '/etc/h1', CWD, '/etc/h2', 0);
    kernel.call('unlinkat', CWD, '/etc/empty', 0);
    kernel.call('mkdirat', CWD, '/etc/empty', 0o700);
    kernel.call('setxattr', '/secret', 'user.more', 'm', 1, 0);
    expect(changesOf(kernel)).toEqual([
      expect.objectContaining({ kind: 'directory', path: 'etc' }),
      { kind: 'deleted', path: 'etc/empty' },
      expect.objectContaining({ kind: 'fileMetadata', path: 'etc/passwd', mode: 0o100600 }),
      expect.objectContaining({ kind: 'symlink', path: 'etc/new-link', value: 'target' }),
      expect.objectContaining({ kind: 'special', path: 'etc/fifo', mode: 0o10644 }),
      expect.objectContaining({ kind: 'file', path: 'etc/h1', value: 'same' }),
      { kind: 'hardlink', path: 'etc/h2', value: 'etc/h1' },
      expect.objectContaining({ kind: 'opaqueDirectory', path: 'etc/empty', mode: 0o40700 }),
      expect.objectContaining({
        kind: 'fileMetadata',
        path: 'secret',
        xattrs: expect.stringMatching(/user\.notekept.*security\.capability.*user\.morem/s),
      }),
    ]);
  });

  it('refuses changes to a read-only root', async () => {
    const kernel = await boot(tree, { boot: ['readonly=1'] });
    expect(kernel.call('openat', CWD, '/etc/passwd', 1, 0)).toBe(-30);
    expect(kernel.call('mkdirat', CWD, '/new', 0o755)).toBe(-30);
    expect(kernel.call('unlinkat', CWD, '/etc/passwd', 0)).toBe(-30);
    expect(kernel.call('openat', CWD, '/dev/null', 1, 0)).toBeGreaterThanOrEqual(0);
  });

  it('says what is wrong with a damaged payload, and never reads beyond it', async () => {
    const { index, data } = writeTestPayload(tree);
    for (let cut = 0; cut < index.length; cut += 97) {
      if (cut === 0) continue;
      await expect(TestKernel.boot({ payload: { index: index.subarray(0, cut), data } })).rejects.toThrow(
        'Cannot boot',
      );
    }
  });

  it('answers EIO for damaged data', async () => {
    const { index, data } = writeTestPayload(tree);
    const kernel = await TestKernel.boot({ payload: { index, data: data.map((byte) => byte ^ 0x55) } });
    const fd = kernel.call('openat', CWD, '/usr/zeros', 0, 0);
    expect(kernel.read(fd, 100)).toBe(-5);
  });
});

// oracle: Linux (open(2), chmod(2), unlink(2)) as an unprivileged user
describe('permissions', () => {
  it('are those of owner, group and others', async () => {
    const kernel = await boot(
      directory({
        mine: { ...file('m', 0o640), uid: 1000 },
        theirs: { ...file('t', 0o640), uid: 1, gid: 1000 },
        other: file('o', 0o640),
        sticky: { ...directory({ f: file('f') }, 0o1777), mode: 0o041777 },
        closed: directory({ f: file('f') }, 0o700),
      }),
    );
    kernel.exports.testSetUser(0, 1000, 1000);
    expect(kernel.call('openat', CWD, '/mine', 2, 0)).toBeGreaterThan(0);
    expect(kernel.call('openat', CWD, '/theirs', 0, 0)).toBeGreaterThan(0);
    expect(kernel.call('openat', CWD, '/theirs', 1, 0)).toBe(-13);
    expect(kernel.call('openat', CWD, '/other', 0, 0)).toBe(-13);
    expect(kernel.call('openat', CWD, '/closed/f', 0, 0)).toBe(-13);
    expect(kernel.call('openat', CWD, '/new', 0o101, 0o644)).toBe(-13);
    expect(kernel.call('unlinkat', CWD, '/sticky/f', 0)).toBe(-1);
    expect(kernel.call('openat', CWD, '/sticky/own', 0o101, 0o644)).toBeGreaterThan(0);
    expect(kernel.call('unlinkat', CWD, '/sticky/own', 0)).toBe(0);
    expect(kernel.call('fchmodat', CWD, '/other', 0o777)).toBe(-1);
    expect(kernel.call('fchmodat', CWD, '/mine', 0o6755)).toBe(0);
    expect(kernel.call('fchownat', CWD, '/mine', 0, -1, 0)).toBe(-1);
    expect(kernel.call('fchownat', CWD, '/mine', -1, 1000, 0)).toBe(0);
    expect(statOf(kernel, '/mine').mode).toBe(0o100755);
    expect(kernel.call('faccessat', CWD, '/other', 4)).toBe(-13);
  });
});
