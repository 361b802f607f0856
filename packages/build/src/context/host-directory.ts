import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Attributes, attributes, type Content, hostFileContent } from '@boxer/fsimage';
import { isErrno } from '@boxer/foundation';
import type { ContextDigests } from '../cache/context-digests.ts';
import { ContextError } from '../errors/context-error.ts';
import type { SourceEntry, SourceRoot } from './source-root.ts';

/** Decides what of a build context is seen. Paths are relative, with `/`. */
export interface ContextFilter {
  /** Whether the path, or a directory above it, is hidden. */
  hides(path: string): boolean;
  /** Whether something below a hidden directory may be seen all the same (patterns with `!`); false spares looking. */
  mayHoldSeen(path: string): boolean;
}

const everything: ContextFilter = { hides: () => false, mayHoldSeen: () => false };

/**
 * A directory of the host, read when asked for. As the client of BuildKit does, owners are dropped (all is owned by
 * 0:0), modes and modification times are kept. Extended attributes are not read: Node has no way to.
 */
export class HostDirectory implements SourceRoot {
  readonly #directory: string;
  readonly #filter: ContextFilter;
  readonly #digests: ContextDigests | undefined;
  readonly #names = new Map<string, readonly string[]>();
  /** What was seen once stays, so that all steps of a build see the same. */
  readonly #entries = new Map<string, SourceEntry | undefined>();

  /** @param digests - remembers what files hold */
  constructor(
    readonly name: string,
    directory: string,
    filter: ContextFilter = everything,
    digests?: ContextDigests,
  ) {
    this.#directory = directory;
    this.#filter = filter;
    this.#digests = digests;
  }

  async entry(path: string): Promise<SourceEntry | undefined> {
    return this.#entry(path);
  }

  async names(path: string): Promise<readonly string[]> {
    return this.#allNames(path).filter((name) => {
      const child = path === '/' ? name : `${path.slice(1)}/${name}`;
      return !this.#filter.hides(child) || this.#entry(`/${child}`) !== undefined;
    });
  }

  #entry(path: string): SourceEntry | undefined {
    const known = this.#entries.get(path);
    if (known !== undefined || this.#entries.has(path)) return known;
    const entry = this.#look(path);
    this.#entries.set(path, entry);
    return entry;
  }

  // Synchronous: a build looks at every file of its context, and promises would take several times as long.
  #look(path: string): SourceEntry | undefined {
    const relative = path.slice(1);
    const isHidden = relative !== '' && this.#filter.hides(relative);
    if (isHidden && !this.#filter.mayHoldSeen(relative)) return undefined;
    const hostPath = join(this.#directory, path);
    const stats = lstat(hostPath);
    if (stats === undefined || (isHidden && !(stats.isDirectory() && this.#holdsSeen(path))))
      return undefined;
    return this.#describe(path, hostPath, stats);
  }

  #allNames(path: string): readonly string[] {
    let names = this.#names.get(path);
    if (names === undefined) {
      names = readNames(join(this.#directory, path));
      this.#names.set(path, names);
    }
    return names;
  }

  /** Whether anything below a hidden directory is seen. */
  #holdsSeen(path: string): boolean {
    return this.#allNames(path).some((name) => this.#entry(`${path}/${name}`) !== undefined);
  }

  #describe(path: string, hostPath: string, stats: BigIntStats): SourceEntry | undefined {
    const identity = !stats.isDirectory() && stats.nlink > 1n ? `${stats.dev}:${stats.ino}` : undefined;
    const given = hostAttributes(stats);
    // A client of BuildKit sends what is in the context, not its directory itself.
    if (stats.isDirectory())
      return { ...given, ...(path === '/' ? { permissions: 0o755 } : {}), kind: 'directory', identity };
    if (stats.isFile()) {
      return { ...given, kind: 'file', content: this.#content(path, hostPath, stats), identity };
    }
    if (stats.isSymbolicLink()) {
      const target = readLink(hostPath);
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

  #content(path: string, hostPath: string, stats: BigIntStats): Content {
    const digests = this.#digests;
    let digest = digests?.find(path, stats);
    return {
      ...hostFileContent(hostPath, Number(stats.size)),
      get knownDigest() {
        return digest;
      },
      learnDigest(learnt) {
        digest = learnt;
        digests?.learn(path, stats, learnt);
      },
    };
  }
}

function lstat(hostPath: string): BigIntStats | undefined {
  try {
    return lstatSync(hostPath, { bigint: true, throwIfNoEntry: false });
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new ContextError(hostPath, cause);
  }
}

function readLink(hostPath: string): string {
  try {
    return readlinkSync(hostPath);
  } catch (cause) {
    throw new ContextError(hostPath, cause);
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

function readNames(hostPath: string): readonly string[] {
  try {
    const names = readdirSync(hostPath, { encoding: 'buffer' });
    return names.sort((left, right) => Buffer.compare(left, right)).map((name) => utf8.decode(name));
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return [];
    throw new ContextError(hostPath, cause);
  }
}
