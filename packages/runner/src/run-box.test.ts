import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { defaultPolicy, type Policy } from '@boxer/policy';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type AuditEvent, runBox, type RunOptions } from './index.ts';
import { writeToyBox } from './testing/toy-box.ts';

/** Boxes start in a tenth of a second, but not on a machine that is busy. */
const slow = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'boxer-worker-'));
const runner = new URL('../dist/index.js', import.meta.url).href;
let componentPath: string;
beforeAll(async () => {
  componentPath = await writeToyBox(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: string, options: Partial<RunOptions> & { limits?: Partial<Policy> } = {}) {
  let output = '';
  const { limits, ...rest } = options;
  const result = await runBox({
    componentPath,
    policy: { ...defaultPolicy, ...limits },
    args: [command],
    stdout: (chunk) => (output += Buffer.from(chunk).toString()),
    ...rest,
  });
  return { ...result, output };
}

/** A script that runs a command of the toy kernel in a process of its own, on that process's own descriptors. */
function script(command: string, options: string): string {
  return `
    import { runBox } from ${JSON.stringify(runner)};
    const policy = ${JSON.stringify(defaultPolicy)};
    const result = await runBox({ componentPath: ${JSON.stringify(componentPath)}, policy, args: [${JSON.stringify(command)}],
      stdin: 0, stdout: 1, stderr: 2, forwardSignals: true, ${options} });
    process.exit(result.exitCode);`;
}

function start(command: string, options = '') {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(command, options)]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  const said = async (text: string) => {
    while (!output.includes(text)) await once(child.stdout, 'data');
  };
  return { child, ended, said };
}

describe('a box in a thread of its own', () => {
  it(
    'says how it ended',
    async () => {
      expect(await run('greet')).toMatchObject({ exitCode: 42, reason: 'exited', output: 'hello\n' });
      expect(await run('fuel')).toMatchObject({ exitCode: 152, reason: 'out-of-fuel' });
    },
    slow,
  );

  it.each([
    ['bytes', () => Buffer.from('x'.repeat(200_000))],
    ['a stream', () => Readable.from(Array.from({ length: 100 }, () => Buffer.from('x'.repeat(2000))))],
  ])(
    'reads %s as standard input',
    async (_, stdin) => {
      expect((await run('cat', { stdin: stdin() })).output).toBe('x'.repeat(200_000));
    },
    slow,
  );

  it(
    'reads a file as standard input',
    async () => {
      const path = join(folder, 'input');
      writeFileSync(path, 'y'.repeat(100_000));
      const fd = openSync(path, 'r');
      expect((await run('cat', { stdin: fd })).output).toBe('y'.repeat(100_000));
      closeSync(fd);
    },
    slow,
  );

  it(
    'is ended when its time is up, even in a loop',
    async () => {
      const events: AuditEvent[] = [];
      const result = await run('loop', { limits: { timeoutMs: 300 }, audit: (event) => events.push(event) });
      expect(result).toMatchObject({ exitCode: 124, reason: 'timeout' });
      expect(result.elapsedMs).toBeLessThan(1500);
      expect(events).toMatchObject([{ outcome: 'refused', action: 'budget', subject: 'time' }]);
    },
    slow,
  );

  it(
    'is ended when its time is up while it floods a reader that is slow',
    async () => {
      const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      const result = await run('flood', { limits: { timeoutMs: 300 }, stdout: pause });
      expect(result.exitCode).toBe(124);
    },
    slow,
  );

  it(
    'caps its output',
    async () => {
      const { output, exitCode } = await run('flood', { limits: { maxOutputBytes: 100_000 } });
      expect([output.length, exitCode]).toEqual([100_000, 153]);
    },
    slow,
  );

  it(
    'rejects with the reason when it is aborted',
    async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 100);
      await expect(run('loop', { signal: controller.signal })).rejects.toThrow('enough');
      await expect(run('greet', { signal: controller.signal })).rejects.toThrow('enough');
    },
    slow,
  );

  it(
    'rejects with a stable code when it traps or cannot start',
    async () => {
      await expect(run('unreachable')).rejects.toMatchObject({ code: 'RUN_TRAP' });
      const filesystem = [{ host: '/nonexistent', guest: '/data', mode: 'ro' as const }];
      await expect(run('greet', { limits: { filesystem } })).rejects.toMatchObject({ code: 'RUN_MOUNT' });
      await expect(run('greet', { componentPath: '/nonexistent' })).rejects.toMatchObject({
        code: 'COMPONENT_UNREADABLE',
      });
    },
    slow,
  );

  it(
    'rejects when a function that takes its output throws',
    async () => {
      const stdout = () => {
        throw new Error('disk full');
      };
      await expect(run('flood', { stdout })).rejects.toThrow('disk full');
    },
    slow,
  );

  it(
    'writes changes and audit lines to descriptors',
    async () => {
      const path = join(folder, 'changes');
      const fd = openSync(path, 'w');
      await run('changes', { exportChanges: fd });
      expect(readFileSync(path, 'utf8')).toBe('xx');
      await run('env', { audit: fd, limits: { environment: ['HOME'] }, hostEnvironment: { HOME: '/root' } });
      closeSync(fd);
      const event: unknown = JSON.parse(readFileSync(path, 'utf8').slice(2));
      expect(event).toMatchObject({ outcome: 'granted', action: 'variable', subject: 'HOME' });
    },
    slow,
  );
});

describe('a process that runs a box', () => {
  it(
    'may start its thread early, and ends when it does not use it',
    async () => {
      const prestart = `await import(${JSON.stringify(new URL('../dist/bundle/prestart.js', import.meta.url).href)});`;
      const run = (text: string) =>
        spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' });
      const body = script('greet', '')
        .replace('import { runBox } from', 'const { runBox } = await import(')
        .replace('.js";', '.js");');
      expect(run(prestart + body)).toMatchObject({ status: 42, stdout: 'hello\n', stderr: '' });
      expect(run(prestart)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    },
    slow,
  );

  it(
    'passes standard input and output through, and the exit code',
    async () => {
      const { child, ended } = start('cat');
      child.stdin.write('one\n');
      child.stdin.end('two\n');
      expect(await ended).toEqual({ code: 0, output: 'one\ntwo\n' });
    },
    slow,
  );

  it(
    'leaves standard input to others when the box does not read it',
    async () => {
      const inner = start('greet', 'stdin: 0');
      expect(await inner.ended).toMatchObject({ code: 42 });
    },
    slow,
  );

  it(
    'ends quietly when nobody reads its output any more',
    async () => {
      const { child, ended } = start('cat');
      child.stdout.destroy();
      child.stdin.end('text\n');
      expect(await ended).toEqual({ code: 0, output: '' });
    },
    slow,
  );

  it.each([
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)(
    'passes %s on',
    async (signal, number) => {
      const { child, ended, said } = start('signal');
      await said('ready\n');
      child.kill(signal);
      expect(await ended).toEqual({ code: 143, output: `ready\nsignals ${2 ** (number - 1)}\n` });
    },
    slow,
  );

  it(
    'gives up on a box that ignores SIGTERM',
    async () => {
      const { child, ended, said } = start('deaf', 'stopGraceMs: 200');
      await said('ready\n');
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 137 });
    },
    slow,
  );

  it(
    'gives up at the third SIGINT',
    async () => {
      const { child, ended, said } = start('deaf');
      await said('ready\n');
      for (let i = 0; i < 3; i++) {
        child.kill('SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(await ended).toMatchObject({ code: 137 });
    },
    slow,
  );

  it(
    'says when the host has no address space',
    async () => {
      const limited = 'ulimit -v 12000000; exec "$0" "$@"';
      const child = spawn('sh', [
        '-c',
        limited,
        process.execPath,
        '--input-type=module',
        '-e',
        script('greet', ''),
      ]);
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      await once(child, 'close');
      expect(errors).toContain('RUN_ADDRESS_SPACE');
    },
    slow,
  );

  it(
    'is not held up by a full pipe when its time is up',
    async () => {
      const { child, ended } = start('flood', 'policy: { ...policy, timeoutMs: 500 }');
      child.stdout.pause();
      const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
      const exited = once(child, 'exit');
      expect((await exited)[0]).toBe(124);
      clearTimeout(timer);
      child.stdout.resume();
      await ended;
    },
    slow,
  );
});

// script(1) of util-linux runs a command on a terminal of its own.
describeIf(whyNoCommand('script'), 'a box on a terminal', () => {
  const onTerminal = (command: string, after = 'true') => {
    const file = join(folder, `${command}.mjs`);
    writeFileSync(file, script(command, 'tty: true'));
    const line = `stty rows 40 cols 100; "${process.execPath}" "${file}" 2>/dev/null; ${after}`;
    const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', input: '' });
    return stdout;
  };

  it(
    'knows the size of the window',
    () => {
      // Raw from the start: what is typed while the box is being compiled is echoed by the box alone.
      expect(onTerminal('terminal')).toContain('columns 100\nrows 40\n');
    },
    slow,
  );

  it(
    'leaves the terminal as it was, even when the box crashed',
    () => {
      const output = onTerminal('raw-then-trap', 'stty -a');
      // In raw mode nobody but the box turns a line feed into a carriage return and a line feed.
      expect(output).toContain('raw\n');
      expect(output).not.toContain('raw\r\n');
      expect(output).toMatch(/[^-]icanon[^]*[^-]echo[^]*[^-]opost|[^-]opost[^]*[^-]icanon[^]*[^-]echo/);
    },
    slow,
  );
});
