import { describeIf } from '@boxer/foundation/testing';
import { defaultPolicy, type Policy } from '@boxer/policy';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type AuditEvent, runBox, type RunOptions } from './index.ts';
import { whyNoProbe, writeProbeBox } from './testing/probe-box.ts';

const whyNot = whyNoProbe();

/** Boxes start in a tenth of a second, but not on a machine that is busy. */
const slow = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'boxer-hostile-'));
const outside = join(folder, 'outside');
const mounted = join(outside, 'mounted');
let componentPath: string;

beforeAll(async () => {
  if (whyNot === undefined) componentPath = await writeProbeBox(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  rmSync(outside, { recursive: true, force: true });
  mkdirSync(join(mounted, 'sub'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'SECRET');
  writeFileSync(join(mounted, 'file'), 'content');
  symlinkSync('../secret', join(mounted, 'planted'));
  symlinkSync('..', join(mounted, 'planted-dir'));
  symlinkSync(join(outside, 'secret'), join(mounted, 'absolute'));
});

async function run(args: string[], limits: Partial<Policy> = {}, options: Partial<RunOptions> = {}) {
  let output = '';
  const events: AuditEvent[] = [];
  const take = (chunk: Uint8Array) => (output += Buffer.from(chunk).toString());
  const result = await runBox({
    componentPath,
    policy: { ...defaultPolicy, ...limits },
    args,
    stdout: take,
    stderr: take,
    audit: (event) => events.push(event),
    hostEnvironment: { HOME: '/host-home', TOKEN: 'hunter2' },
    ...options,
  });
  const lines = Object.fromEntries(
    output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ', 2) as [string, string]),
  );
  return { ...result, output, lines, events };
}

const mount = (mode: 'ro' | 'rw') => ({ filesystem: [{ host: mounted, guest: '/data', mode }] });

describeIf(whyNot, 'a program in a box (real kernel)', () => {
  it(
    'runs, and its exit code is the box’s',
    async () => {
      expect(await run(['nothing'])).toMatchObject({ exitCode: 0, reason: 'exited', output: '' });
      expect(await run(['exit', '42'])).toMatchObject({ exitCode: 42 });
      expect(await run(['abort'])).toMatchObject({ exitCode: 134, reason: 'signalled', signal: 6 });
      expect((await run(['cat'], {}, { stdin: Buffer.from('a\nb\n') })).output).toBe('a\nb\n');
    },
    slow,
  );

  // Oracle: the same run, which is deterministic.
  it(
    'executes equally many instructions each time',
    async () => {
      const [a, b] = [await run(['exit', '0']), await run(['exit', '0'])];
      expect(a.fuelUsed).toBe(b.fuelUsed);
      expect(Number(a.fuelUsed)).toBeGreaterThan(1000);
    },
    slow,
  );

  it(
    'is not found, or not executable',
    async () => {
      expect(await run([], {}, { entrypoint: ['/absent'] })).toMatchObject({
        exitCode: 127,
        reason: 'not-started',
      });
      expect(await run([], {}, { entrypoint: ['/etc/shadow'] })).toMatchObject({ exitCode: 126 });
    },
    slow,
  );

  it.each(['ro', 'rw'] as const)(
    'finds no way out of a %s mount',
    async (mode) => {
      const { output, lines } = await run(['escape', outside], mount(mode));
      expect(output).not.toContain('SECRET');
      expect(lines['/data/file']).toBe('content');
      // Links resolve inside the box, where no such file is.
      expect(lines['/data/../secret']).toBe('ENOENT');
      expect(lines['/data/planted']).toBe('ENOENT');
      expect(lines['/data/absolute']).toBe('ENOENT');
      expect(lines['rename out']).not.toBe('ok');
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET');
    },
    slow,
  );

  it(
    'sees its own links in a mount',
    async () => {
      const { lines } = await run(['escape', outside], mount('rw'));
      expect(lines['symlink']).toBe('ok');
      expect(lines['/data/top/data/file']).toBe('content');
    },
    slow,
  );

  it(
    'does not write where Boxer keeps what it executes, though a mount contains it',
    async () => {
      const own = { codeCacheDirectory: join(mounted, 'code'), ownDirectories: [join(mounted, 'sub')] };
      for (const place of ['code', 'sub'])
        expect((await run(['write', `/data/${place}/evil`, 'text'], mount('rw'), own)).exitCode).not.toBe(0);
      expect([...readdirSync(join(mounted, 'code')), ...readdirSync(join(mounted, 'sub'))]).not.toContain(
        'evil',
      );
      expect((await run(['write', '/data/sub/good', 'text'], mount('rw'))).exitCode).toBe(0);
    },
    slow,
  );

  // Oracle: the same program on Linux, on a read-only bind mount: every call fails with EROFS.
  it(
    'changes nothing in a read-only mount',
    async () => {
      const { lines, events } = await run(['changes'], mount('ro'));
      const { '/data/file': content, ...changes } = lines;
      expect(content).toBe('content');
      expect(changes).toEqual(Object.fromEntries(Object.keys(changes).map((name) => [name, 'EROFS'])));
      expect(Object.keys(changes)).toHaveLength(11);
      expect(events.some(({ action }) => action === 'mount')).toBe(true);
    },
    slow,
  );

  it(
    'writes to a read-write mount, and nowhere else of the host',
    async () => {
      await run(['write', '/data/new', 'text'], mount('rw'));
      expect(readFileSync(join(mounted, 'new'), 'utf8')).toBe('text');
      expect((await run(['write', join(mounted, 'evil'), 'text'])).exitCode).not.toBe(0);
    },
    slow,
  );

  it(
    'sees the variables it is granted',
    async () => {
      const { output } = await run(['environment'], { environment: ['HOME', 'MODE=test'] });
      expect(output).toContain('HOME=/host-home\n');
      expect(output).toContain('MODE=test\n');
      expect((await run(['environment'])).output).not.toMatch(/hunter2|host-home/);
    },
    slow,
  );

  it(
    'has no network',
    async () => {
      const { output } = await run(['sockets']);
      expect(output).not.toMatch(/connect: ok/);
    },
    slow,
  );

  it(
    'waits for input that comes late',
    async () => {
      async function* lines() {
        for (const line of ['one\n', 'two\n']) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          yield Buffer.from(line);
        }
      }
      const result = await run(['cat'], {}, { stdin: Readable.from(lines()) });
      expect(result).toMatchObject({ exitCode: 0, output: 'one\ntwo\n' });
    },
    slow,
  );

  it(
    'sees nothing that an earlier process left in memory',
    async () => {
      expect(await run(['recycle'])).toMatchObject({ exitCode: 0, output: 'clean\n' });
    },
    slow,
  );
});

describeIf(whyNot, 'a program over its budget (real kernel)', () => {
  it(
    'is ended when its time is up',
    async () => {
      expect(await run(['spin'], { timeoutMs: 500 })).toMatchObject({ exitCode: 124, reason: 'timeout' });
    },
    slow,
  );

  it(
    'is ended when its fuel is used up',
    async () => {
      const result = await run(['spin'], { fuel: 5_000_000 });
      expect(result).toMatchObject({ exitCode: 152, reason: 'out-of-fuel' });
      // Fuel is checked at taken branches: a little more than allowed may have been executed.
      expect(Number(result.fuelUsed)).toBeGreaterThanOrEqual(5_000_000);
      expect(Number(result.fuelUsed)).toBeLessThan(5_001_000);
    },
    slow,
  );

  it(
    'is ended when it wrote too much',
    async () => {
      const { output, exitCode } = await run(['flood'], { maxOutputBytes: 50_000 });
      expect([output.length, exitCode]).toEqual([50_000, 153]);
    },
    slow,
  );

  it(
    'is ended, or refused memory, when it takes too much',
    async () => {
      const { exitCode } = await run(['eat'], { memoryMiB: 64 });
      expect([3, 137]).toContain(exitCode);
    },
    slow,
  );

  // As a JVM and its children do.
  it(
    'may span many times the addresses that its memory allows',
    async () => {
      expect(await run(['span'], { memoryMiB: 128 })).toMatchObject({ exitCode: 42 });
    },
    slow,
  );

  it(
    'cannot fork without end',
    async () => {
      const { exitCode } = await run(['forks'], { memoryMiB: 128, timeoutMs: 15_000 });
      expect(exitCode).not.toBe(124);
    },
    slow,
  );
});
