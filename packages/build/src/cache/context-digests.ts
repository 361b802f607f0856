import type { BigIntStats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Digest, digestOf, isDigest, makeDirectories, writeFileAtomically } from '@boxer/foundation';
import { fileIdentity, type FileIdentity } from './file-identity.ts';
import { readRecord } from './step-cache.ts';

/** A file that changed so shortly before it was read may change again without its times telling. */
const RACY_NANOSECONDS = 2_000_000_000n;

type Row = readonly [identity: FileIdentity, digest: Digest];

/**
 * Digests of the files of one directory of the host, remembered from build to build with what `lstat` said of them, so
 * that files which were not touched are not read again.
 *
 * @source git Documentation/technical/racy-git.txt (when times of files can be trusted)
 */
export class ContextDigests {
  readonly #path: string;
  readonly #known: ReadonlyMap<string, Row>;
  readonly #seen = new Map<string, Row>();
  #changed = false;

  private constructor(path: string, known: ReadonlyMap<string, Row>) {
    this.#path = path;
    this.#known = known;
  }

  /**
   * @param parent - of the files that remember
   * @param directory - whose files they are about
   */
  static async load(parent: string, directory: string): Promise<ContextDigests> {
    const name = digestOf(resolve(directory)).slice('sha256:'.length);
    const path = join(parent, `${name}.json`);
    const rows = (await readRecord(path, isRows)) ?? {};
    return new ContextDigests(path, new Map(Object.entries(rows)));
  }

  /** @param path - of the file in the directory */
  find(path: string, stats: BigIntStats): Digest | undefined {
    const row = this.#known.get(path) ?? this.#seen.get(path);
    if (row?.[0] !== fileIdentity(stats)) return undefined;
    this.#seen.set(path, row);
    return row[1];
  }

  /** Remembers what was computed of a file that looked like that before. */
  learn(path: string, stats: BigIntStats, digest: Digest): void {
    const latest = stats.ctimeNs > stats.mtimeNs ? stats.ctimeNs : stats.mtimeNs;
    if (latest + RACY_NANOSECONDS > BigInt(Date.now()) * 1_000_000n) return;
    this.#seen.set(path, [fileIdentity(stats), digest]);
    this.#changed = true;
  }

  /** Writes what was learnt; files that this build did not look at are forgotten once there is news. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    makeDirectories(dirname(this.#path));
    const text = JSON.stringify(Object.fromEntries(this.#seen));
    await writeFileAtomically(this.#path, [Buffer.from(text)], { sync: false });
  }
}

/** The digests of all directories that a build looks at. */
export class DirectoryDigests {
  readonly #parent: string;
  readonly #open = new Map<string, Promise<ContextDigests>>();

  /** @param parent - of the files that remember */
  constructor(parent: string) {
    this.#parent = parent;
  }

  of(directory: string): Promise<ContextDigests> {
    const path = resolve(directory);
    let digests = this.#open.get(path);
    if (digests === undefined) {
      digests = ContextDigests.load(this.#parent, path);
      this.#open.set(path, digests);
    }
    return digests;
  }

  async save(): Promise<void> {
    for (const digests of this.#open.values()) await (await digests).save();
  }
}

function isRows(value: unknown): value is Record<string, Row> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (row) =>
        Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'string' && isDigest(row[1]),
    )
  );
}
