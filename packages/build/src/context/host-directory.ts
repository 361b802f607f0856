import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Attributes, attributes, hostFileContent } from '@boxer/fsimage';
import { ContextError } from '../errors/context-error.ts';
import { isErrno } from '../errors/is-errno.ts';
import { digestingContent } from './digesting-content.ts';
import type { SourceEntry, SourceRoot } from './source-root.ts';

/** Decides what of a build context is seen. Paths are relative, with `/`. */
export interface ContextFilter {
  /** Whether the path, or a directory above it, is hidden. */
  hides(path: string): boolean;
  /** Whether something below a hidden directory may be seen all the same (patterns with `!`). */
  readonly hasExceptions: boolean;
}

const everything: ContextFilter = { hides: () => false, hasExceptions: false };

/**
 * A directory of the host, read when asked for. As the client of BuildKit does, owners are dropped (all is owned by
 * 0:0), modes and modification times are kept. Extended attributes are not read: Node has no way to.
 */
export class HostDirectory implements SourceRoot {
  readonly #directory: string;
  readonly #filter: ContextFilter;
  readonly #names = new Map<string, Promise<readonly string[]>>();

  constructor(
    readonly name: string,
    directory: string,
    filter: ContextFilter = everything,
  ) {
    this.#directory = directory;
    this.#filter = filter;
  }

  async entry(path: string): Promise<SourceEntry | undefined> {
    const hostPath = join(this.#directory, path);
    const stats = await this.#lstat(hostPath);
    if (stats === undefined) return undefined;
    const relative = path.slice(1);
    if (relative !== '' && this.#filter.hides(relative)) {
      const isSeen = stats.isDirectory() && this.#filter.hasExceptions && (await this.#holdsSeen(path));
      if (!isSeen) return undefined;
    }
    return this.#describe(hostPath, stats);
  }

  async names(path: string): Promise<readonly string[]> {
    const names = await this.#allNames(path);
    const seen = await Promise.all(
      names.map(async (name) => {
        const child = path === '/' ? name : `${path.slice(1)}/${name}`;
        return !this.#filter.hides(child) || (await this.entry(`/${child}`)) !== undefined;
      }),
    );
    return names.filter((_, index) => seen[index]);
  }

  #allNames(path: string): Promise<readonly string[]> {
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const names = readNames(join(this.#directory, path));
    this.#names.set(path, names);
    return names;
  }

  /** Whether anything below a hidden directory is seen. */
  async #holdsSeen(path: string): Promise<boolean> {
    for (const name of await this.#allNames(path)) {
      if ((await this.entry(`${path}/${name}`)) !== undefined) return true;
    }
    return false;
  }

  async #lstat(hostPath: string): Promise<BigIntStats | undefined> {
    try {
      return await lstat(hostPath, { bigint: true });
    } catch (cause) {
      if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
      throw new ContextError(hostPath, cause);
    }
  }

  async #describe(hostPath: string, stats: BigIntStats): Promise<SourceEntry | undefined> {
    const identity = !stats.isDirectory() && stats.nlink > 1n ? `${stats.dev}:${stats.ino}` : undefined;
    const given = hostAttributes(stats);
    if (stats.isDirectory()) return { ...given, kind: 'directory', identity };
    if (stats.isFile()) {
      return {
        ...given,
        kind: 'file',
        content: digestingContent(hostFileContent(hostPath, Number(stats.size))),
        identity,
      };
    }
    if (stats.isSymbolicLink()) {
      const target = await readlink(hostPath).catch((cause: unknown) => {
        throw new ContextError(hostPath, cause);
      });
      return { ...given, permissions: 0o777, kind: 'symlink', target, identity };
    }
    if (stats.isFIFO()) return { ...given, kind: 'fifo', identity };
    if (stats.isSocket()) return undefined;
    const device = deviceNumbers(Number(stats.rdev));
    return {
      ...given,
      kind: stats.isBlockDevice() ? 'block-device' : 'character-device',
      ...device,
      identity,
    };
  }
}

/** @source glibc sys/sysmacros.h, gnu_dev_major and gnu_dev_minor (their lower 32 bits) */
function deviceNumbers(rdev: number): { major: number; minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) };
}

const NANOSECONDS = 1_000_000_000n;

function hostAttributes(stats: BigIntStats): Attributes {
  const nanoseconds = ((stats.mtimeNs % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  const seconds = (stats.mtimeNs - nanoseconds) / NANOSECONDS;
  return attributes({
    permissions: Number(stats.mode) & 0o7777,
    mtime: { seconds: Number(seconds), nanoseconds: Number(nanoseconds) },
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function readNames(hostPath: string): Promise<readonly string[]> {
  try {
    const names = await readdir(hostPath, { encoding: 'buffer' });
    return names.sort((left, right) => Buffer.compare(left, right)).map((name) => utf8.decode(name));
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return [];
    throw new ContextError(hostPath, cause);
  }
}
