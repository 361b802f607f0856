import { defaultPolicy, type Policy } from '@boxer/policy';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, BoxTrapError, runBoxSync, type RunSyncOptions } from './index.ts';
import { writeToyBox } from './testing/toy-box.ts';

const folder = mkdtempSync(join(tmpdir(), 'boxer-run-'));
let componentPath: string;
beforeAll(async () => {
  componentPath = await writeToyBox(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of the toy kernel. */
function run(command: string, options: Partial<RunSyncOptions> & { limits?: Partial<Policy> } = {}) {
  let output = '';
  const events: AuditEvent[] = [];
  const { limits, ...rest } = options;
  const result = runBoxSync({
    componentPath,
    policy: { ...defaultPolicy, ...limits },
    args: [command],
    stdout: (chunk) => (output += Buffer.from(chunk).toString()),
    audit: (event) => events.push(event),
    hostEnvironment: { HOME: '/root', SECRET: 'x' },
    ...rest,
  });
  return { ...result, output, events };
}

describe('a box', () => {
  it('says how it ended', () => {
    expect(run('greet')).toMatchObject({ exitCode: 42, reason: 'exited', output: 'hello\n' });
    expect(run('exit')).toMatchObject({ exitCode: 1, reason: 'exited' });
    expect(run('fuel')).toMatchObject({ exitCode: 152, reason: 'out-of-fuel' });
    expect(run('memory')).toMatchObject({ exitCode: 137, reason: 'out-of-memory' });
    expect(run('not-found')).toMatchObject({ exitCode: 127, reason: 'not-started' });
  });

  it('reads standard input to its end', () => {
    const text = 'line\n'.repeat(1000);
    expect(run('cat', { stdin: Buffer.from(text) }).output).toBe(text);
    expect(run('cat').output).toBe('');
  });

  it('gets processes on demand, each with its own memory', () => {
    // 0 + 1 + … + 199; slot 9 copied over slot 7; a slot is fresh when it is made again.
    expect(run('processes').output).toBe('made 200\nsum 19900\ncopied 9\nbulk 123456789\nfresh 0\n');
  });

  it('reads its payload from the file, across modules, and notices damage', () => {
    const text = 'hello payload\n'.repeat(5).slice(0, 60);
    expect(run('payload').output).toBe(`index 100\n${text}plain\nEIO\nEIO\n`);
  });

  it('hands over changes and diagnostic lines', () => {
    let changes = '';
    const lines: string[] = [];
    run('changes', { exportChanges: (chunk) => (changes += Buffer.from(chunk).toString()) });
    run('log', { onLog: (line) => lines.push(line) });
    expect([changes, lines]).toEqual(['xx', ['hi']]);
  });
});

describe('the boot configuration', () => {
  const bootOf = (options: Partial<RunSyncOptions> & { limits?: Partial<Policy> }) =>
    run('boot', options).output.split('\0').slice(0, -1);

  it('is the image’s own, with the policy’s budgets', () => {
    expect(bootOf({ args: [], limits: { fuel: 7, readonly: true } })).toEqual([
      'entrypoint=/entry',
      'cmd=boot',
      'cmd=second',
      'env=PATH=/bin',
      'cwd=/work',
      'memory=1073741824',
      'fuel=7',
      'tmpfs=/run',
      'readonly=1',
      'stdin=null',
    ]);
  });

  it('says that nothing is to be read only when that is so', () => {
    expect(bootOf({ stdin: 'empty' })).toContain('stdin=null');
    expect(bootOf({ stdin: Buffer.from('') })).not.toContain('stdin=null');
  });

  it('is changed by what the user says', () => {
    const lines = bootOf({
      args: ['boot', 'x'],
      env: ['A=b'],
      workdir: '/tmp',
      user: '1000:1000',
      hostname: 'h',
      strace: true,
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'cmd=boot',
        'cmd=x',
        'env=PATH=/bin',
        'env=A=b',
        'cwd=/tmp',
        'user=1000:1000',
        'hostname=h',
        'strace=1',
      ]),
    );
    expect(lines).not.toContain('cmd=second');
  });

  // Oracle: docker run --entrypoint.
  it('has no image Cmd under another entrypoint', () => {
    expect(bootOf({ entrypoint: ['/other'], args: [] })).toEqual([]);
    expect(bootOf({ entrypoint: ['/other'], args: ['boot'] })).toEqual(
      expect.arrayContaining(['entrypoint=/other', 'cmd=boot']),
    );
  });
});

describe('a policy', () => {
  it('grants variables by name and nothing else of the environment', () => {
    const { output, events } = run('env', { limits: { environment: ['HOME', 'MODE=test', 'ABSENT'] } });
    expect(output).toBe('HOME\nMODE\n/root\ntest\n');
    expect(events.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'variable HOME',
      'variable MODE',
    ]);
    expect(JSON.stringify(events)).not.toContain('/root');
    expect(run('env').output).toBe('');
  });

  it('grants mounts', () => {
    const filesystem = [{ host: folder, guest: '/data', mode: 'ro' as const }];
    const { output, events } = run('mounts', { limits: { filesystem } });
    expect(output).toBe('/data\n');
    expect(events).toMatchObject([
      { action: 'mount', subject: '/data', detail: { host: folder, mode: 'ro' } },
    ]);
    expect(run('mounts').output).toBe('');
  });

  it('caps the output', () => {
    const { output, exitCode, reason, events } = run('flood', { limits: { maxOutputBytes: 1000 } });
    expect([output.length, exitCode, reason]).toEqual([1000, 153, 'output-limit']);
    expect(events).toMatchObject([{ outcome: 'refused', action: 'budget', subject: 'output' }]);
  });

  it('caps the memory of the kernel itself', () => {
    // 64 MiB and 512 MiB for the kernel's own needs: 9,216 pages; some are there from the start.
    const pages = Number(run('grow', { limits: { memoryMiB: 64 } }).output);
    expect(pages).toBeGreaterThan(8000);
    expect(pages).toBeLessThanOrEqual(9216);
  });

  it('is refused when it grants connections, which do not exist yet', () => {
    expect(() => run('greet', { limits: { connect: ['example.com:443'] } })).toThrow('example.com:443');
  });
});

describe('a box that misbehaves', () => {
  it.each(['unreachable', 'bad-pointer', 'bad-bulk', 'recursion'])('is ended: %s', (command) => {
    expect(() => run(command)).toThrow(BoxTrapError);
  });

  it('has no host it could reach when its kernel imports sockets', () => {
    const bytes = readFileSync(componentPath);
    const path = join(folder, 'sockets.wasm');
    const from = Buffer.from('wasi:filesystem/preopens');
    bytes.set(Buffer.from('wasi:sockets/instance-xx'), bytes.indexOf(from));
    writeFileSync(path, bytes);
    expect(() => run('greet', { componentPath: path })).toThrow('wasi:sockets/instance-xx');
  });

  it.each([
    ['truncated', (path: string) => truncateSync(path, 2000)],
    ['empty', (path: string) => truncateSync(path, 0)],
    [
      'corrupt inside its kernel',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0xff, 400, 500);
        writeFileSync(path, bytes);
      },
    ],
  ])('is refused when its component is %s', (_, damage) => {
    const path = join(folder, 'damaged.wasm');
    copyFileSync(componentPath, path);
    damage(path);
    expect(() => run('greet', { componentPath: path })).toThrow(/^Cannot (read|link) component/);
  });
});
