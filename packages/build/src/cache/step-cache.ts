import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest, isErrno, makeDirectories, writeFileAtomically } from '@boxer/foundation';

/** What is remembered of an executed step. */
export interface StepRecord {
  /** When it was executed, in seconds since 1970. */
  readonly createdAt: number;
  /** What it changed: name of a layer in the store, diffId and length as a tar; absent for steps that only say something. */
  readonly layer?: Digest;
  readonly diffId?: Digest;
  readonly tarBytes?: number;
  /** The instruction, for people to read. */
  readonly description?: string;
}

/** Besides steps: the digest of the files of a stage or image that a step reads, so that they need not be looked at. */
interface InputsRecord {
  readonly inputs: Digest;
}

/** What a build asked of the cache and was told, and what it added. */
export interface KnownSteps {
  readonly records: ReadonlyMap<Digest, StepRecord>;
  readonly inputs: ReadonlyMap<Digest, Digest>;
}

/** Where records come from that this machine does not have. */
export interface OtherSteps {
  record(key: Digest): StepRecord | undefined;
  inputs(key: Digest): Digest | undefined;
}

/**
 * What is known of steps, by key. Every file is written under another name and renamed, so that readers in other
 * processes see it whole or not at all, and a killed build leaves nothing that could be taken for a result.
 *
 *     DIRECTORY/HE/X….json
 */
export class StepCache {
  readonly #directory: string;
  readonly #others: OtherSteps | undefined;
  readonly #records = new Map<Digest, StepRecord>();
  readonly #inputs = new Map<Digest, Digest>();

  /** @param others - asked for what is not here */
  constructor(directory: string, others?: OtherSteps) {
    this.#directory = directory;
    this.#others = others;
  }

  /** Of this object, since it was made. */
  get known(): KnownSteps {
    return { records: this.#records, inputs: this.#inputs };
  }

  async find(key: Digest): Promise<StepRecord | undefined> {
    const own = await readRecord(this.pathOf(key), isStepRecord);
    if (own !== undefined) {
      await touch(this.pathOf(key));
      this.#records.set(key, own);
      return own;
    }
    const other = this.#others?.record(key);
    if (other !== undefined) await this.store(key, other);
    return other;
  }

  async store(key: Digest, record: StepRecord): Promise<void> {
    this.#records.set(key, record);
    await this.#write(key, record);
  }

  async findInputs(key: Digest): Promise<Digest | undefined> {
    const own = (await readRecord(this.pathOf(key), isInputsRecord))?.inputs;
    if (own !== undefined) {
      this.#inputs.set(key, own);
      return own;
    }
    const other = this.#others?.inputs(key);
    if (other !== undefined) await this.storeInputs(key, other);
    return other;
  }

  async storeInputs(key: Digest, inputs: Digest): Promise<void> {
    this.#inputs.set(key, inputs);
    await this.#write(key, { inputs });
  }

  /** All records of steps. */
  async *all(): AsyncGenerator<{ path: string; record: StepRecord }, void, void> {
    for (const directory of await this.directories()) {
      for (const name of await readdir(join(this.#directory, directory))) {
        const path = join(this.#directory, directory, name);
        const record = name.startsWith('.') ? undefined : await readRecord(path, isStepRecord);
        if (record !== undefined) yield { path, record };
      }
    }
  }

  /** Names of the directories that records are in. */
  async directories(): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{2}$/.test(name));
  }

  pathOf(key: Digest): string {
    const hex = key.slice('sha256:'.length);
    return join(this.#directory, hex.slice(0, 2), `${hex.slice(2)}.json`);
  }

  async #write(key: Digest, record: StepRecord | InputsRecord): Promise<void> {
    const path = this.pathOf(key);
    makeDirectories(join(path, '..'));
    await writeFileAtomically(path, [Buffer.from(JSON.stringify(record))], { sync: false });
  }
}

/** Marks a record as used. Another process may have removed it. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** @returns undefined also for anything unreadable: the step is executed again then */
export async function readRecord<T>(
  path: string,
  isRecord: (value: unknown) => value is T,
): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

type Fields<T> = Partial<Record<keyof T, unknown>>;

export function isStepRecord(value: unknown): value is StepRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { createdAt, layer, diffId, tarBytes } = value as Fields<StepRecord>;
  return (
    Number.isSafeInteger(createdAt) &&
    (layer === undefined ? diffId === undefined : areDigests(layer, diffId) && Number.isSafeInteger(tarBytes))
  );
}

function areDigests(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string' && isDigest(value));
}

function isInputsRecord(value: unknown): value is InputsRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { inputs } = value as Fields<InputsRecord>;
  return typeof inputs === 'string' && isDigest(inputs);
}
