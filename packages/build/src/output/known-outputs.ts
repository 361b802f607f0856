import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Digest, digestOf, isDigest, makeDirectories, writeFileAtomically } from '@boxer/foundation';
import { fileIdentity, type FileIdentity } from '../cache/file-identity.ts';
import { readRecord } from '../cache/step-cache.ts';
import type { WrittenOutput } from './output-environment.ts';

interface OutputRecord extends WrittenOutput {
  /** Of everything that the file is made of. */
  readonly key: Digest;
  readonly identity: FileIdentity;
}

/** What builds have written where, so that a file that is there already is not written again. */
export class KnownOutputs {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @returns what is at a path, when it is what `key` stands for, and nobody has touched it since */
  async find(path: string, key: Digest): Promise<WrittenOutput | undefined> {
    const record = await readRecord(this.#pathOf(path), isOutputRecord);
    if (record?.key !== key || record.identity !== (await identityAt(path))) return undefined;
    const { digest, sizeBytes } = record;
    return { digest, sizeBytes };
  }

  async store(path: string, key: Digest, { digest, sizeBytes }: WrittenOutput): Promise<void> {
    const identity = await identityAt(path);
    if (identity === undefined) return;
    makeDirectories(this.#directory);
    const record: OutputRecord = { key, identity, digest, sizeBytes };
    const bytes = Buffer.from(JSON.stringify(record));
    await writeFileAtomically(this.#pathOf(path), [bytes], { sync: false });
  }

  #pathOf(path: string): string {
    return join(this.#directory, `${digestOf(resolve(path)).slice('sha256:'.length)}.json`);
  }
}

async function identityAt(path: string): Promise<FileIdentity | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() === true ? fileIdentity(stats) : undefined;
}

function isOutputRecord(value: unknown): value is OutputRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { key, identity, digest, sizeBytes } = value as Partial<Record<keyof OutputRecord, unknown>>;
  return (
    typeof key === 'string' &&
    typeof identity === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(sizeBytes)
  );
}
