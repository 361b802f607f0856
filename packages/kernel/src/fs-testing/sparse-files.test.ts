import { TestKernel } from './test-kernel.ts';

const TiB = 2n ** 40n;
const PUNCH_HOLE = 3; // with KEEP_SIZE
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const ENXIO = -6;
const ENOSPC = -28;

// oracle: lseek(2), "Seeking file data and holes"; fallocate(2), "Deallocating file space" and ENOSPC
describe('a sparse file', () => {
  let kernel: TestKernel;
  let fd: number;
  beforeEach(async () => {
    kernel = await TestKernel.boot();
    fd = kernel.call('openat', -100, '/sparse', 0o102, 0o600);
    expect(kernel.call('ftruncate', fd, 7n * TiB)).toBe(0);
    for (const at of [0n, TiB, 3n * TiB + 4096n, 6n * TiB])
      expect(kernel.call('pwrite64', fd, 'data', 4, at)).toBe(4);
  }, 60_000);

  const seek = (offset: bigint, whence: number): bigint => kernel.callAs(0, 'lseek', fd, offset, whence);

  it('is searched for data and holes however far they are apart', () => {
    expect(seek(0n, SEEK_DATA)).toBe(0n);
    expect(seek(0n, SEEK_HOLE)).toBe(4096n);
    expect(seek(4096n, SEEK_DATA)).toBe(TiB);
    expect(seek(TiB + 1n, SEEK_DATA)).toBe(TiB + 1n);
    expect(seek(TiB + 4096n, SEEK_DATA)).toBe(3n * TiB + 4096n);
    expect(seek(6n * TiB + 4096n, SEEK_DATA)).toBe(BigInt(ENXIO));
    expect(seek(6n * TiB + 4096n, SEEK_HOLE)).toBe(6n * TiB + 4096n);
  });

  it('loses what a hole covers, up to the byte', () => {
    expect(kernel.call('fallocate', fd, PUNCH_HOLE, 2, 6n * TiB)).toBe(0);
    const at = kernel.reserve(4);
    const text = (offset: bigint): string => {
      expect(kernel.call('pread64', fd, at, 4, offset)).toBe(4);
      return Buffer.from(kernel.guestBytes(at, 4)).toString('latin1');
    };
    expect(text(0n)).toBe('da\0\0');
    expect(text(TiB)).toBe('\0\0\0\0');
    expect(text(6n * TiB)).toBe('\0\0ta');
    expect(seek(4096n, SEEK_DATA)).toBe(6n * TiB);
  });

  it('is not given storage that there is not', () => {
    expect(kernel.call('fallocate', fd, 0, 0, 7n * TiB)).toBe(ENOSPC);
    expect(kernel.call('fallocate', fd, 0, 0, 65_536)).toBe(0);
  });
});
