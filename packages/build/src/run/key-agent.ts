import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrno } from '@boxer/foundation';
import { BuildInputError } from '../errors/base-error.ts';

/** An agent of its own for some key files. */
export interface KeyAgent extends AsyncDisposable {
  readonly socketPath: string;
}

const START_TRIES = 200;
const START_PAUSE_MS = 25;

/**
 * Starts the host's ssh-agent and gives it private keys.
 *
 * @throws {@link BuildInputError} when a file is no key, needs a passphrase, or OpenSSH is not installed
 */
export async function startKeyAgent(id: string, keyFiles: readonly string[]): Promise<KeyAgent> {
  // Paths of sockets are short: not below the cache directory.
  const directory = await mkdtemp(join(tmpdir(), 'boxer-agent-'));
  const socketPath = join(directory, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socketPath], { stdio: 'ignore' });
  const failed = once(agent, 'error').then(([error]) => Promise.reject(error));
  const dispose = async () => {
    agent.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.race([failed, waitFor(socketPath, agent)]);
    for (const file of keyFiles) await addKey(id, socketPath, file);
    return { socketPath, [Symbol.asyncDispose]: dispose };
  } catch (cause) {
    await dispose();
    if (!isErrno(cause, 'ENOENT')) throw cause;
    throw new BuildInputError(`Cannot use --ssh ${id}: ssh-agent is not installed on this machine`, {
      cause,
      hint: 'Install OpenSSH, or name the socket of an agent.',
    });
  }
}

async function waitFor(path: string, agent: ChildProcess): Promise<void> {
  for (let tries = 0; tries < START_TRIES && agent.exitCode === null; tries++) {
    if (await stat(path).catch(() => undefined)) return;
    await sleep(START_PAUSE_MS);
  }
  throw new BuildInputError('Cannot start ssh-agent: it opens no socket', {});
}

async function addKey(id: string, socketPath: string, file: string): Promise<void> {
  const child = spawn('ssh-add', ['-q', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: devNull,
      SSH_AUTH_SOCK: socketPath,
      // Nobody is asked for a passphrase.
      SSH_ASKPASS: 'false',
      SSH_ASKPASS_REQUIRE: 'force',
    },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0) return;
  // Some complaints begin with a banner.
  const why =
    complaint.split('\n').find((line) => line !== '' && !line.startsWith('@')) ?? `status ${status}`;
  throw new BuildInputError(`Cannot use --ssh ${id}: failed to parse ${file}: ${why}`, {
    hint: 'Name a private key without passphrase that only you can read, or the socket of an agent.',
  });
}
