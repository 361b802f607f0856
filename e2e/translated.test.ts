import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  allowTime,
  boxer,
  boxerOk,
  command,
  describeIf,
  temporaryDirectory,
  whyNoCommand,
} from './support/boxer.ts';
import { debianLayout, whyNoDebian } from './support/debian.ts';

allowTime(1_800_000);

/** Uses of strings, numbers, functions and processes, with a result that only arithmetic determines. */
const PROGRAM = [
  'import subprocess, zlib',
  'def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)',
  'd = {str(i): i * 0.5 for i in range(3000)}',
  "text = ','.join(f'{k}={v:.3f}' for k, v in sorted(d.items()))",
  "echo = subprocess.run(['sh', '-c', 'echo $((6 * 7))'], capture_output=True, text=True).stdout",
  'print(fib(15), sum(d.values()), zlib.crc32(text.encode()), echo.strip())',
].join('\n');

const why = whyNoDebian() ?? whyNoCommand('python3');

describeIf(why, 'translated code', () => {
  const work = temporaryDirectory();
  const context = join(work, 'context');
  const cache = join(work, 'cache');
  const plain = join(work, 'plain.wasm');
  const translated = join(work, 'translated.wasm');
  const environment = (more: Readonly<Record<string, string>>) => ({
    ...process.env,
    BOXER_CACHE_DIR: cache,
    BOXER_CODE_CACHE: 'off',
    ...more,
  });
  let expected = '';

  const build = (output: string, ...flags: readonly string[]) =>
    boxerOk(
      [
        'build',
        context,
        '--build-context',
        `debian=oci-layout://${join(work, 'layout')}`,
        '-o',
        output,
        ...flags,
      ],
      {
        timeoutMs: 1_800_000,
        env: environment({}),
      },
    );

  beforeAll(() => {
    mkdirSync(context);
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM debian\nCOPY program.py /\nCMD ["python3", "/program.py"]\n',
    );
    writeFileSync(join(context, 'program.py'), PROGRAM);
    debianLayout(join(work, 'layout'));
    build(plain);
    build(translated, '--train', 'for i in 1 2 3; do ls / | sort; done');
    expected = command('python3', ['-c', PROGRAM]).stdout;
  });

  const run = (image: string, more: Readonly<Record<string, string>>) =>
    boxer(['run', image], { env: environment(more), timeoutMs: 1_800_000 });

  // Oracle: the same program in the host's Python.
  it.each(['off', 'on'])('does the same with --jit %s', (jit) => {
    expect(run(plain, { BOXER_JIT: jit })).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  // Oracle: 1 + … + 500, and the shell's own words sorted by the host's locale-free order.
  it('does the same when everything is translated as it is seen', () => {
    const script =
      'i=0 s=0; while [ $i -lt 500 ]; do i=$((i+1)) s=$((s+i)); done; echo $s; printf "b\\na\\n" | sort';
    const outcome = boxer(['run', '-e', 'LC_ALL=C', plain, 'sh', '-c', script], {
      env: environment({ BOXER_JIT: 'force' }),
      timeoutMs: 1_800_000,
    });
    expect(outcome).toEqual({ status: 0, stdout: '125250\na\nb\n', stderr: '' });
  });

  it.each(['off', 'on'])('does the same in an image that brings some, with --jit %s', (jit) => {
    expect(run(translated, { BOXER_JIT: jit })).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  it('is shown by inspect, and only where it is', () => {
    expect(boxerOk(['inspect', translated]).stdout).toMatch(/^ {2}code +\d/m);
    expect(boxerOk(['inspect', plain]).stdout).not.toMatch(/^ {2}code/m);
  });

  it('is the same when it is built again', () => {
    const again = join(work, 'again.wasm');
    build(again, '--train', 'for i in 1 2 3; do ls / | sort; done');
    expect(readFileSync(again).equals(readFileSync(translated))).toBe(true);
  });

  it('is kept for further runs, and what is damaged there does no harm', () => {
    const kept = { BOXER_JIT: 'on', BOXER_CODE_CACHE: '' };
    expect(run(plain, kept).stdout).toBe(expected);
    const packs = readdirSync(join(cache, 'code', 'packs'), { recursive: true, encoding: 'utf8' });
    const files = packs.filter((name) => name.endsWith('.wasm'));
    expect(files.length).toBeGreaterThan(0);
    expect(run(plain, kept)).toEqual({ status: 0, stdout: expected, stderr: '' });
    for (const name of files) writeFileSync(join(cache, 'code', 'packs', name), 'damaged');
    expect(run(plain, kept)).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  /** Waits until nothing is being translated for later runs, and says what was. */
  const settled = async (code: string) => {
    const packs = join(code, 'packs');
    const all = () => readdirSync(packs, { recursive: true, encoding: 'utf8' });
    const isBusy = () => all().some((name) => /(^|\/)(translator\.lock|request)$/.test(name));
    for (let waits = 0; isBusy() && waits < 1200; waits++) await setTimeout(100);
    const inPacks = (name: string) => join(packs, name);
    const [tried] = all().filter((name) => name.endsWith('tried'));
    return {
      packs: all()
        .filter((name) => name.endsWith('.wasm'))
        .map(inPacks),
      tried: tried === undefined ? '' : readFileSync(inPacks(tried), 'hex'),
    };
  };

  // Oracle: 40000 = 5714 times 0 + … + 6, and 0 + 1.
  it('is there for the second run of what ends before anything is translated', async () => {
    const folder = join(work, 'later');
    const script = 'for ((i = 0, s = 0; i < 40000; i++)); do (( s += i % 7 )); done; echo $s';
    const env = environment({ BOXER_CACHE_DIR: folder, BOXER_CODE_CACHE: '', BOXER_JIT: 'auto' });
    const runScript = () => boxer(['run', plain, 'bash', '-c', script], { env, timeoutMs: 1_800_000 });
    const outcome = { status: 0, stdout: '119995\n', stderr: '' };
    expect(runScript()).toEqual(outcome);
    const first = await settled(join(folder, 'code'));
    expect(first.packs.length).toBeGreaterThan(0);
    expect(first.tried).not.toBe('');
    // Loading a pack touches its file.
    const longAgo = new Date(0);
    for (const path of first.packs) utimesSync(path, longAgo, longAgo);
    for (let again = 0; again < 2; again++) {
      expect(runScript()).toEqual(outcome);
      expect(await settled(join(folder, 'code'))).toEqual(first);
    }
    expect(first.packs.some((path) => statSync(path).mtimeMs > 0)).toBe(true);
    expect(existsSync(join(folder, 'code', 'packs', 'translator.lock'))).toBe(false);
  });

  it('refuses a mode that it does not have', () => {
    const { status, stderr } = boxer(['run', '--jit', 'fast', plain]);
    expect(status).toBe(125);
    expect(stderr).toContain('invalid value "fast" for --jit: write on, off or auto');
  });
});
