import { stat } from 'node:fs/promises';
import { isErrno } from '@boxer/foundation';
import type { SshSource } from '../build-options.ts';
import { BuildInputError } from '../errors/base-error.ts';
import { SshMissingError } from '../errors/run-errors.ts';
import { type KeyAgent, startKeyAgent } from './key-agent.ts';

/** Keys that a build may use: an agent of this machine, or files. */
export type SshKeys =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'keys'; readonly files: readonly string[] };

/** The `--ssh` options. */
export class SshAgents implements AsyncDisposable {
  readonly #sources: Readonly<Record<string, SshSource>>;
  readonly #started = new Map<string, Promise<KeyAgent>>();

  constructor(sources: Readonly<Record<string, SshSource>>) {
    this.#sources = sources;
  }

  /**
   * @returns undefined when nobody gave keys under this id
   * @throws {@link BuildInputError} when what was given is not there
   * @source moby/buildkit session/sshforward/sshprovider/agentprovider.go (one socket, or keys)
   */
  async find(id: string): Promise<SshKeys | undefined> {
    const source = Object.hasOwn(this.#sources, id) ? this.#sources[id] : undefined;
    if (source === undefined) return undefined;
    const fail = (why: string, hint: string, cause?: unknown) =>
      new BuildInputError(`Cannot use --ssh ${id}: ${why}`, { hint, cause });
    const paths = source.paths.length > 0 ? source.paths : [process.env['SSH_AUTH_SOCK'] ?? ''];
    if (paths[0] === '') {
      throw fail(
        'SSH_AUTH_SOCK is not set',
        'Start ssh-agent, or name a socket or key file: --ssh default=PATH.',
      );
    }
    const sockets: string[] = [];
    for (const path of paths) {
      const stats = await stat(path).catch((cause: unknown) => {
        const why = isErrno(cause, 'ENOENT') ? 'there is no such file' : String(cause);
        throw fail(`${path}: ${why}`, 'Name the socket of an agent, or private keys.', cause);
      });
      if (stats.isSocket()) sockets.push(path);
    }
    const [socket] = sockets;
    if (socket === undefined) return { kind: 'keys', files: paths };
    if (paths.length > 1) {
      throw fail('invalid combination of keys and sockets', 'Name one socket, or only key files.');
    }
    return { kind: 'socket', path: socket };
  }

  /**
   * Finds the agent for a mount of RUN; for key files, one is started.
   *
   * @returns path of its socket; undefined when nobody gave keys under this id, and they are not required
   * @throws {@link SshMissingError}, {@link BuildInputError}
   */
  async socketOf(id: string, required: boolean): Promise<string | undefined> {
    const keys = await this.find(id);
    if (keys?.kind === 'socket') return keys.path;
    if (keys === undefined) {
      if (required) throw new SshMissingError(id, Object.keys(this.#sources).length > 0);
      return undefined;
    }
    const agent = this.#started.get(id) ?? startKeyAgent(id, keys.files);
    this.#started.set(id, agent);
    return (await agent).socketPath;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#started.values()) {
      const agent = await started.catch(() => undefined);
      await agent?.[Symbol.asyncDispose]();
    }
  }
}
