import { describeIf } from '@boxer/foundation/testing';
import { applyChanges, treeOf } from './changed-tree.ts';
import { readChanges } from './change-stream-reader.ts';
import { type Answer, LinuxOracle, type Operation, Output, runInBox, whyNoOracle } from './linux-oracle.ts';
import { type LowerInode, writeTestPayload } from './overlay-payload.ts';
import { randomFrom } from './random.ts';
import { TestKernel } from './test-kernel.ts';

const CWD = -100;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_APPEND = 0o2000;
const O_DIRECTORY = 0o40000;
const O_NOFOLLOW = 0o100000;
const O_NONBLOCK = 0o4000;
const O_PATH = 0o10000000;

const names = ['a', 'b', 'c', 'd'];

function randomPath(random: (n: number) => number): string {
  const pick = (): string => names[random(names.length)] ?? 'a';
  let path = pick();
  for (let depth = random(3); depth > 0; depth--) {
    const roll = random(12);
    path += `/${roll === 0 ? '..' : roll === 1 ? '.' : pick()}`;
  }
  const ending = random(20);
  if (ending === 0) path += '/';
  if (ending === 1) path += '/.';
  if (ending === 2) path += '/..';
  return path;
}

/** What a path is, without numbers that differ between filesystems: type, permissions, links of non-directories, size. */
function describePath(path: string): Operation[] {
  return [
    ['faccessat', CWD, path, 0],
    ['readlinkat', CWD, path, new Output(16), 16],
  ];
}

function randomOperations(random: (n: number) => number): Operation[] {
  const path = randomPath(random);
  const other = randomPath(random);
  switch (random(14)) {
    case 0:
    case 1:
      return [['mkdirat', CWD, path, 0o755]];
    case 2:
    case 3:
    case 4: {
      const extra = [0, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_APPEND, O_PATH][random(7)] ?? 0;
      const flags = random(3) | (random(2) * O_CREAT) | extra | O_NONBLOCK;
      return [
        ['openat', CWD, path, flags, 0o644],
        ['write', 3, 'some text', random(9)],
        // Not SEEK_END: where a directory ends is each filesystem's own business.
        ['lseek', 3, 0, random(2)],
        ['read', 3, new Output(16), 16],
        ['close', 3],
      ];
    }
    case 5:
      return [['symlinkat', random(3) === 0 ? `../${other}` : other, CWD, path]];
    case 6:
      return [['linkat', CWD, path, CWD, other, random(2) * 0x400]];
    case 7:
      return [['unlinkat', CWD, path, 0]];
    case 8:
      return [['unlinkat', CWD, path, 0x200]];
    case 9:
    case 10:
      return [['renameat2', CWD, path, CWD, other, random(4) === 0 ? random(4) : 0]];
    case 11:
      return [['truncate', path, random(20)]];
    case 12:
      return [['mknodat', CWD, path, [0o10644, 0o100600, 0o140600, 0o40755][random(4)] ?? 0, 0]];
    default:
      return describePath(path);
  }
}

/** A generator's calls: the same for the box and for Linux. */
function randomCalls(seed: number): Operation[] {
  const random = randomFrom(seed);
  return Array.from({ length: 400 }, () => randomOperations(random)).flat();
}

/** Fails at the first call that the box answers otherwise than Linux. */
function expectSameAnswers(
  operations: readonly Operation[],
  actual: readonly Answer[],
  expected: readonly Answer[],
): void {
  for (const [at, operation] of operations.entries()) {
    if (JSON.stringify(actual[at]) === JSON.stringify(expected[at])) continue;
    const before = operations.slice(Math.max(0, at - 1), at);
    throw new Error(
      `call ${at} ${JSON.stringify(operation)}: box ${JSON.stringify(actual[at])}, Linux ${JSON.stringify(expected[at])}; before: ${JSON.stringify(before)}`,
    );
  }
}

const inner = ['x', 'y', 'z', 'w'];
const directory = (entries: Readonly<Record<string, LowerInode>>): LowerInode => ({
  mode: 0o040755,
  names: entries,
});
const textFile: LowerInode = { mode: 0o100644, content: 'text' };

/** What the payload has in the working directory … */
const lowerTree = directory({
  a: directory({
    a: { mode: 0o100644, content: 'a' },
    b: directory({ c: { mode: 0o100644, content: 'deep' }, d: { mode: 0o120777, target: '../a' } }),
    c: textFile,
  }),
  b: textFile,
  c: { mode: 0o120777, target: 'a/b' },
  d: directory({}),
});

/** … and the calls that make the same on Linux. */
const lowerCalls: readonly Operation[] = [
  ['mkdirat', CWD, 'a', 0o755],
  ...writeCalls('a/a', 'a'),
  ['mkdirat', CWD, 'a/b', 0o755],
  ...writeCalls('a/b/c', 'deep'),
  ['symlinkat', '../a', CWD, 'a/b/d'],
  ...writeCalls('a/c', 'text'),
  ['linkat', CWD, 'a/c', CWD, 'b', 0],
  ['symlinkat', 'a/b', CWD, 'c'],
  ['mkdirat', CWD, 'd', 0o755],
];

function writeCalls(path: string, content: string): Operation[] {
  return [
    ['openat', CWD, path, O_CREAT | 1, 0o644],
    ['write', 3, content, content.length],
    ['close', 3],
  ];
}

// Oracle: Linux itself, through qemu-aarch64, in an empty directory.
describeIf(whyNoOracle, 'names and paths, compared with Linux', () => {
  const oracle = new LinuxOracle();
  afterAll(() => oracle.dispose());

  const seeds = (process.env['FS_SEEDS'] ?? '1,2,3,4,5,6,7,8').split(',').map(Number);
  it.each(seeds)(
    'are as on Linux in an empty box (seed %i)',
    async (seed) => {
      const operations = randomCalls(seed);
      const kernel = await TestKernel.boot();
      for (const name of inner) {
        kernel.call('mkdirat', CWD, name, 0o755);
        kernel.call('chdir', name);
      }
      expectSameAnswers(operations, runInBox(kernel, operations), oracle.run(operations));
    },
    60_000,
  );

  it.each(seeds)(
    'are as on Linux over a payload, and the export tells the changes (seed %i)',
    async (seed) => {
      const operations = randomCalls(seed + 1000);
      const root = inner.toReversed().reduce((tree, name) => directory({ [name]: tree }), lowerTree);
      const kernel = await TestKernel.boot({ payload: writeTestPayload(root) });
      kernel.call('chdir', `/${inner.join('/')}`);
      const expected = oracle.run([...lowerCalls, ...operations]).slice(lowerCalls.length);
      expectSameAnswers(operations, runInBox(kernel, operations), expected);
      expect(kernel.exports.exportChanges()).toBe(0);
      const changes = readChanges(Buffer.concat(kernel.changes));
      expect(applyChanges(root, changes)).toEqual(treeOf(kernel));
    },
    60_000,
  );

  it.each(seeds)(
    'are as on Linux for an unprivileged user (seed %i)',
    async (seed) => {
      const random = randomFrom(seed + 2000);
      const modes = [0o777, 0o755, 0o700, 0o070, 0o007, 0o555, 0o000, 0o2775];
      const randomMode = (): number => modes[random(modes.length)] ?? 0;
      const randomOwner = (): number => random(2) * 1000;
      const preparing = names.flatMap((name): Operation[] => [
        ['mkdirat', CWD, name, 0o755],
        ...writeCalls(`${name}/a`, 'text'),
        ['mkdirat', CWD, `${name}/b`, 0o755],
        ...[`${name}/a`, `${name}/b`, name].flatMap((path): Operation[] => [
          ['fchownat', CWD, path, randomOwner(), randomOwner(), 0],
          ['fchmodat', CWD, path, randomMode()],
        ]),
      ]);
      const leaving: Operation[] = [
        ['fchmodat', CWD, '.', 0o777],
        ['setgroups', 0, 0],
        ['setresgid', 1000, 1000, 1000],
        ['setresuid', 1000, 1000, 1000],
      ];
      const calls = Array.from({ length: 400 }, (): Operation[] => {
        const path = randomPath(random);
        switch (random(8)) {
          case 0:
            return [['fchmodat', CWD, path, randomMode()]];
          case 1:
            return [['faccessat', CWD, path, random(8)]];
          case 2:
            return [['fchownat', CWD, path, random(3) === 0 ? 0 : -1, random(2) * 1000, 0]];
          case 3:
            return [['utimensat', CWD, path, random(2) === 0 ? 0 : '\0'.repeat(31), 0]];
          default:
            // Hard links to files of others are a matter of fs.protected_hardlinks.
            return randomOperations(random).filter(([name]) => name !== 'linkat');
        }
      }).flat();
      const kernel = await TestKernel.boot();
      for (const name of inner) {
        kernel.call('mkdirat', CWD, name, 0o755);
        kernel.call('chdir', name);
      }
      const operations = [...preparing, ...leaving, ...calls];
      expectSameAnswers(operations, runInBox(kernel, operations), oracle.run(operations));
    },
    60_000,
  );
});
