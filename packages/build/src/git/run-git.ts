import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { isErrno } from '@boxer/foundation';
import { GitError } from '../errors/download-errors.ts';

/** How git reaches a repository, and where it works. */
export interface GitAccess {
  /** For messages; credentials in it are left out of them. */
  readonly remote: string;
  readonly directory: string;
  /** Value of the header Authorization, for http. */
  readonly authorization: string | undefined;
  /** Agent that ssh may ask; without one, and without key files, ssh finds no key. */
  readonly agentSocket: string | undefined;
  readonly keyFiles: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Longest output of git that is kept. */
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;
/** A single command of git that takes longer is ended. */
const TIME_LIMIT_MS = 30 * 60 * 1000;
/** What git takes from this machine besides the way to its programs. */
const PASSED_VARIABLES = [
  'PATH',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

const CONFIGURATION: Readonly<Record<string, string>> = {
  // Submodules must not reach files of this machine, nor helper programs.
  'protocol.file.allow': 'user',
  'protocol.ext.allow': 'never',
  'core.hooksPath': devNull,
  'advice.detachedHead': 'false',
  'init.defaultBranch': 'master',
  // A server that sends less than 1 KiB a second for two minutes is given up.
  'http.lowSpeedLimit': '1024',
  'http.lowSpeedTime': '120',
};

/**
 * Runs git without any configuration or credentials of this machine, and without hooks. It never asks questions.
 *
 * @returns what it wrote to standard output
 * @throws {@link GitError}
 * @source moby/buildkit util/gitutil/git_cli.go (which variables and settings)
 */
export async function runGit(access: GitAccess, args: readonly string[]): Promise<string> {
  const { directory, remote, signal } = access;
  const configuration = Object.entries(CONFIGURATION).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const deadline = AbortSignal.timeout(TIME_LIMIT_MS);
  const child = spawn('git', [...configuration, ...args], {
    cwd: directory,
    env: environmentOf(access),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  });
  const output = collect(child.stdout);
  const complaint = collect(child.stderr);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    if (deadline.aborted)
      throw new GitError(remote, `git ${args[0]} takes longer than 30 minutes`, { cause });
    if (!isErrno(cause, 'ENOENT')) throw cause;
    const hint = 'Install git, or fetch the repository beforehand.';
    throw new GitError(remote, 'git is not installed on this machine', { cause, hint });
  });
  if (status !== 0) throw failure(access, args[0] ?? '', complaint.text() || `exit code ${status}`);
  return output.text();
}

function collect(stream: NodeJS.ReadableStream): { text(): string } {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(-OUTPUT_LIMIT_BYTES)));
  return { text: () => text };
}

function environmentOf(access: GitAccess): NodeJS.ProcessEnv {
  const passed = PASSED_VARIABLES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    HOME: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_SSH_COMMAND: sshCommand(access.keyFiles),
    ...(access.agentSocket === undefined ? {} : { SSH_AUTH_SOCK: access.agentSocket }),
    // A setting on the command line could be seen by every user of this machine.
    ...(access.authorization === undefined
      ? {}
      : {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: `http.${scopeOf(access.remote)}.extraheader`,
          GIT_CONFIG_VALUE_0: `Authorization: ${access.authorization}`,
        }),
  };
}

/** Keys are only those that the build was given; a host that is not known yet is accepted, one that changed is not. */
function sshCommand(keyFiles: readonly string[]): string {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=accept-new', 'ConnectTimeout=60'];
  if (keyFiles.length > 0) options.push('IdentitiesOnly=yes');
  const keys = keyFiles.length === 0 ? ['none'] : keyFiles.map(quoted);
  return [
    `ssh -F ${devNull}`,
    ...options.map((option) => `-o ${option}`),
    ...keys.map((key) => `-o IdentityFile=${key}`),
  ].join(' ');
}

/** A word for the shell that git runs ssh with. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The server, so that no other one it refers to is shown the header. */
function scopeOf(remote: string): string {
  const { protocol, host } = new URL(remote);
  return `${protocol}//${host}/`;
}

function failure({ remote, agentSocket, keyFiles }: GitAccess, command: string, complaint: string): GitError {
  const lines = complaint.trim().split('\n');
  const line = lines.find((text) => /^(?:fatal|error):/.test(text)) ?? lines.at(-1) ?? '';
  const hint = hintFor(complaint, agentSocket !== undefined || keyFiles.length > 0);
  return new GitError(remote, `git ${command}: ${line}`, hint === undefined ? {} : { hint });
}

function hintFor(complaint: string, hasKeys: boolean): string | undefined {
  if (/Permission denied|publickey/.test(complaint) && !hasKeys) {
    return 'Pass --ssh default for your SSH agent, or --ssh default=KEYFILE.';
  }
  if (/could not read Username|Authentication failed/.test(complaint)) {
    return 'Pass --secret id=GIT_AUTH_TOKEN,env=NAME for a repository that asks for a login.';
  }
  return undefined;
}
