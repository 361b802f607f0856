/**
 * Commands of real programs, as they are recorded in ../shared/usage/commands.jsonl, in the Debian tree that rootfs.sh there
 * makes. Needs the tree as an archive: BOXER_USAGE_TAR=root.tar. Runs a few quick commands; BOXER_USAGE=all runs all,
 * BOXER_USAGE=node,redis those whose name contains one of the words.
 *
 * @source oracle: Linux (exit code and output recorded under qemu-aarch64 and natively)
 */
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allowTime, boxer, boxerOk, command, describeIf, root, temporaryDirectory } from './support/boxer.ts';

allowTime(1_200_000);

interface UsageCommand {
  readonly name: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly cwd: string;
  readonly expect: {
    readonly exit: number;
    readonly stdout?: string;
    readonly stdoutSha256?: string;
    readonly regex?: string;
  };
  readonly build?: readonly string[];
}

const QUICK = ['dash-basic', 'bash-features', 'fileops', 'jq', 'sqlite3-cli', 'python-sqlite3', 'lua-basic'];

const list = join(root, '..', 'shared', 'usage', 'commands.jsonl');
const tar = process.env['BOXER_USAGE_TAR'];

function whyNot(): string | undefined {
  if (!existsSync(list)) return '../shared/usage is missing';
  if (tar === undefined) return 'BOXER_USAGE_TAR is not set';
  return existsSync(tar) ? undefined : `${tar} is missing`;
}

function chosen(): readonly UsageCommand[] {
  if (!existsSync(list)) return [];
  const words = process.env['BOXER_USAGE']?.split(',');
  return readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as UsageCommand)
    .filter(({ build }) => build === undefined)
    .filter(({ name }) =>
      words ? words.some((word) => word === 'all' || name.includes(word)) : QUICK.includes(name),
    );
}

describeIf(whyNot(), 'real programs in a box', () => {
  const work = temporaryDirectory();
  const image = join(work, 'usage.wasm');

  beforeAll(() => {
    const context = join(work, 'context');
    for (const { cwd, files } of chosen()) {
      mkdirSync(join(context, cwd), { recursive: true });
      for (const [name, text] of Object.entries(files)) writeFileSync(join(context, cwd, name), text);
    }
    const archive = join(context, 'root.tar');
    try {
      linkSync(tar ?? '', archive);
    } catch {
      command('cp', [tar ?? '', archive]);
    }
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD root.tar /\nCOPY w /w\n');
    boxerOk(['build', context, '-o', image], {
      timeoutMs: 1_200_000,
      env: { ...process.env, BOXER_CACHE_DIR: join(work, 'cache') },
    });
  });

  test.each(chosen().map((usage) => [usage.name, usage] as const))('%s', (_, usage) => {
    const { argv, cwd, uid, expect: wanted } = usage;
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin',
      HOME: uid === 0 ? '/root' : '/home/u',
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      USER: uid === 0 ? 'root' : 'u',
      ...usage.env,
    };
    const flags = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    // Only root may write to what COPY made.
    if (uid !== 0) flags.push('--tmpfs', cwd);
    const { status, stdout } = boxer(
      ['run', '-i', '-w', cwd, '-u', String(uid), '--timeout', '10m', ...flags, image, ...argv],
      { input: usage.stdin, cwd: dirname(image), timeoutMs: 700_000 },
    );
    if (wanted.stdout !== undefined) expect(stdout).toBe(wanted.stdout);
    if (wanted.stdoutSha256 !== undefined)
      expect(createHash('sha256').update(stdout).digest('hex')).toBe(wanted.stdoutSha256);
    if (wanted.regex !== undefined) expect(stdout).toMatch(new RegExp(wanted.regex));
    expect(status).toBe(wanted.exit);
  });
});
