import { createReadStream } from 'node:fs';
import { mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest } from '@boxer/foundation';
import { isErrno } from '../errors/is-errno.ts';
import { type WrittenFile, writeFileAtomically } from '../output/atomic-file.ts';

/** What is remembered of an executed step. */
export interface StepRecord {
  /** When it was executed, in seconds since 1970. */
  readonly createdAt: number;
  /** What it changed, for steps that are not cheap to repeat: digest of a stored layer. */
  readonly layer?: Digest;
}

/**
 * Results of steps, by key. Every file is written under another name and renamed, so that readers in other processes
 * see it whole or not at all, and a killed build leaves nothing that could be taken for a result.
 */
export class StepCache {
  readonly #directory: string;
  readonly #reads: boolean;

  /** @param reads - false for `--no-cache`: results are stored all the same */
  constructor(directory: string, { reads }: { readonly reads: boolean }) {
    this.#directory = directory;
    this.#reads = reads;
  }

  /** @returns what is known of a step, when its layer is there too */
  async find(key: Digest): Promise<StepRecord | undefined> {
    if (!this.#reads) return undefined;
    const record = await readRecord(this.#recordPath(key));
    if (record?.layer === undefined) return record;
    const path = this.#layerPath(record.layer);
    const now = new Date();
    // Marks it as used, and tells whether it is still there.
    return utimes(path, now, now).then(
      () => record,
      () => undefined,
    );
  }

  async store(key: Digest, record: StepRecord): Promise<void> {
    const path = this.#recordPath(key);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFileAtomically(path, [Buffer.from(JSON.stringify(record))]);
  }

  /** Stores a layer tar. */
  async storeLayer(chunks: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
    const directory = join(this.#directory, 'layers');
    await mkdir(directory, { recursive: true });
    return writeFileAtomically((digest) => this.#layerPath(digest), chunks, directory);
  }

  /** @returns the bytes of a stored layer; an error when it vanished meanwhile */
  readLayer(digest: Digest): AsyncIterable<Uint8Array> {
    return createReadStream(this.#layerPath(digest), { highWaterMark: 1024 * 1024 });
  }

  #recordPath(key: Digest): string {
    const hex = key.slice('sha256:'.length);
    return join(this.#directory, 'steps', hex.slice(0, 2), `${hex.slice(2)}.json`);
  }

  #layerPath(digest: Digest): string {
    return join(this.#directory, 'layers', `${digest.slice('sha256:'.length)}.tar`);
  }
}

async function readRecord(path: string): Promise<StepRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    // Anything unreadable counts as not there: the step is executed again.
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is StepRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { createdAt, layer } = value as Partial<Record<keyof StepRecord, unknown>>;
  return (
    Number.isSafeInteger(createdAt) && (layer === undefined || (typeof layer === 'string' && isDigest(layer)))
  );
}
