import { generateSources } from './build/generate-sources.ts';
import { syscalls } from './syscalls.table.ts';

describe('generated sources', () => {
  it('are what their tables say', async () => {
    const { stale } = await generateSources({ check: true });
    expect(stale).toEqual([]);
  });

  it('dispatch every call that the table promises', async () => {
    const { unhandled } = await generateSources({ check: true });
    expect(unhandled.map((row) => row.name)).toEqual([]);
  });
});

describe('the system call table', () => {
  it('is in ascending order, without a number twice', () => {
    const numbers = syscalls.map((row) => row.number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  // oracle: linux/include/uapi/asm-generic/unistd.h of Linux 6.12, by hand
  test.each([
    ['openat', 56],
    ['write', 64],
    ['exit_group', 94],
    ['futex', 98],
    ['clock_gettime', 113],
    ['rt_sigreturn', 139],
    ['clone', 220],
    ['mmap', 222],
    ['statx', 291],
    ['clone3', 435],
  ])('%s is %d', (name, number) => {
    expect(syscalls.find((row) => row.name === name)?.number).toBe(number);
  });
});
