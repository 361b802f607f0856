import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export { describeIf, itIf, whyNoCommand } from '../../packages/foundation/src/testing/index.ts';

/** Root of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Sets how long each test and hook of the file may take. In ECMAScript modules jest is no global. */
export function allowTime(ms: number): void {
  const { jest } = import.meta as ImportMeta & { readonly jest: { setTimeout(ms: number): void } };
  jest.setTimeout(ms);
}

// Otherwise a process that makes machine code for further runs may still write to a test's folder when that is removed.
process.env['BOXER_CODE_CACHE'] ??= 'off';

/**
 * Training commands of images that are built for `BOXER_AOT=profile`: uses of Debian's programs. Where there is no shell they
 * end at once, and only what the start command executes is translated.
 */
const TRAINING = [
  'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; seq 500 | factor | sort | uniq -c | grep 1 | sed s/1/2/ | tail -n 1',
  `python3 -c 'import json, re; print(json.loads(json.dumps([re.sub("1", "2", str(i)) for i in range(2000)]))[-1])'`,
  `perl -e 'my %h; $h{$_ % 5} += $_ ** 2 for 1..20000; print sort keys %h'`,
  'cd /tmp && git init -q r && cd r && seq 500 > f && git add f && sqlite3 t.db "create table t(a); select count(*) from t"',
];

/** Has images translated ahead of time when the tests are to run in that mode; tests about modes say theirs. */
function inMode(args: readonly string[]): readonly string[] {
  const [command = '', ...rest] = args;
  const hasMode = rest.includes('--aot') || rest.includes('--train');
  if (command !== 'build' || hasMode || process.env['BOXER_AOT'] !== 'profile') return args;
  return [command, '--aot', 'profile', ...TRAINING.flatMap((line) => ['--train', line]), ...rest];
}

/** What a command did. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a command of the host to its end. */
export function command(file: string, args: readonly string[], options: CommandOptions = {}): Outcome {
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    cwd: options.cwd ?? root,
    input: options.input ?? '',
    env: options.env ?? process.env,
    encoding: 'utf8',
    timeout: options.timeoutMs ?? 300_000,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined && status === null) throw error;
  // As a shell says it: 128 and the number of the signal.
  return { status: signal === null ? status : 128 + constants.signals[signal], stdout, stderr };
}

/** Runs `./boxer` as a user does. */
export function boxer(args: readonly string[], options: CommandOptions = {}): Outcome {
  return command(process.execPath, [join(root, 'boxer'), ...inMode(args)], options);
}

/** As {@link boxer}, and fails the test with all that was written when the exit code is not 0. */
export function boxerOk(args: readonly string[], options: CommandOptions = {}): Outcome {
  const outcome = boxer(args, options);
  if (outcome.status !== 0) {
    throw new Error(
      `boxer ${args.join(' ')}: exit code ${outcome.status}\n${outcome.stdout}\n${outcome.stderr}`,
    );
  }
  return outcome;
}

/** @returns a program that an npm package brings through one of its own dependencies, without its JavaScript wrapper */
export function nativeBinary(packageName: string, path: string): string {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve(packageName)).resolve(path);
}

/** A directory that is gone after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'boxer-e2e-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Installs the arm64 programs of a fixture, unless they are there. */
export function installFixture(name: 'biome' | 'esbuild' | 'ripgrep', binary: string): string {
  const directory = join(root, 'fixtures', name);
  if (!existsSync(join(directory, binary))) {
    const flags = [
      '--os=linux',
      '--cpu=arm64',
      '--libc=musl',
      '--ignore-scripts',
      '--no-package-lock',
      '--loglevel=error',
    ];
    const { status, stderr } = command('npm', ['install', ...flags], { cwd: directory });
    if (status !== 0) throw new Error(`npm install in fixtures/${name}: ${stderr}`);
  }
  return directory;
}
