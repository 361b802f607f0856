import { describeIf } from '@boxer/foundation/testing';
import { type Answer, LinuxOracle, type Operation, Output, runInBox, whyNoOracle } from './linux-oracle.ts';
import { writeTestPayload } from './overlay-payload.ts';
import { randomFrom } from './random.ts';
import { TestKernel } from './test-kernel.ts';

const CWD = -100;
const O_RDWR_CREAT = 0o102;
const O_APPEND = 0o2000;
const PUNCH_HOLE_KEEP_SIZE = 3;
const ZERO_RANGE = 16;

const content = Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(33 + ((at * 7) % 90))).join('');

/** Offsets near page and content ends, where mistakes are made. */
function randomOffset(random: (n: number) => number): number {
  const base = [0, 4096, 8192, 16_384, 20_000, 40_960][random(6)] ?? 0;
  return Math.max(0, base + random(7) - 3);
}

function randomOperation(random: (n: number) => number): Operation {
  const offset = randomOffset(random);
  const length = [1, 5, 100, 4096, 5000, 9000][random(6)] ?? 1;
  switch (random(9)) {
    case 0:
    case 1:
      return ['pwrite64', 3, String.fromCharCode(65 + random(26)).repeat(length), length, offset];
    case 2:
    case 3:
      return ['pread64', 3, new Output(length), length, offset];
    case 4:
      return ['ftruncate', 3, offset];
    case 5:
      return ['fallocate', 3, [0, 1, PUNCH_HOLE_KEEP_SIZE, ZERO_RANGE][random(4)] ?? 0, offset, length];
    case 6:
      return ['write', 4, 'appended', random(9)];
    case 7:
      return ['lseek', 3, random(2) === 0 ? offset : 0, random(3)];
    default:
      return random(2) === 0
        ? ['read', 3, new Output(length), length]
        : ['write', 3, 'x'.repeat(length), length];
  }
}

// Oracle: Linux itself, through qemu-aarch64.
describeIf(whyNoOracle, 'file content, compared with Linux', () => {
  const oracle = new LinuxOracle();
  afterAll(() => oracle.dispose());

  const seeds = (process.env['FS_SEEDS'] ?? '1,2,3,4,5,6').split(',').map(Number);
  it.each(seeds)(
    'is the same after random calls on a file of the payload (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const opening: Operation[] = [
        ['openat', CWD, 'f', O_RDWR_CREAT, 0o644],
        ['openat', CWD, 'f', 1 | O_APPEND, 0],
      ];
      const calls = Array.from({ length: 300 }, () => randomOperation(random));
      const reading: Operation = ['pread64', 3, new Output(65_536), 65_536, 0];
      const names = { f: { mode: 0o100644, content } };
      const kernel = await TestKernel.boot({ payload: writeTestPayload({ mode: 0o040755, names }) });
      for (const fd of [0, 1, 2]) expect(kernel.call('fcntl', fd, 1, 0)).toBe(0);
      const making: Operation[] = [['pwrite64', 3, content, content.length, 0]];
      const expected = oracle.run([...opening, ...making, ...calls, reading]);
      expected.splice(opening.length, making.length);
      const operations = [...opening, ...calls, reading];
      const actual: readonly Answer[] = runInBox(kernel, operations);
      for (const [at, [name, ...args]] of operations.entries()) {
        const short = args.map((argument) =>
          typeof argument === 'string' ? `${argument.length} bytes` : argument,
        );
        const call = `call ${at}: ${name} ${JSON.stringify(short)}`;
        expect({ call, ...actual[at] }).toEqual({ call, ...expected[at] });
      }
    },
    60_000,
  );
});
