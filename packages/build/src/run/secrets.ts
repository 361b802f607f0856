import { readFile } from 'node:fs/promises';
import { isErrno } from '@boxer/foundation';
import type { SecretSource } from '../build-options.ts';
import { BuildInputError } from '../errors/base-error.ts';

/** Larger secrets are refused. @source moby/buildkit session/secrets/secretsprovider (maxSecretSize) */
const LIMIT_BYTES = 500 * 1024;

/** Reads secrets when a RUN asks for them; values never appear in messages, cache keys or records. */
export class Secrets {
  readonly #sources: Readonly<Record<string, SecretSource>>;

  constructor(sources: Readonly<Record<string, SecretSource>>) {
    this.#sources = sources;
  }

  /** @returns the value, or undefined when nobody gave a secret of this id */
  async find(id: string): Promise<Uint8Array | undefined> {
    const source = Object.hasOwn(this.#sources, id) ? this.#sources[id] : undefined;
    if (source === undefined) return undefined;
    if ('variable' in source) {
      const value = process.env[source.variable];
      return value === undefined ? undefined : Buffer.from(value, 'utf8');
    }
    const bytes = await readFile(source.file).catch((cause: unknown) => {
      const why = isErrno(cause, 'ENOENT') ? 'there is no such file' : 'it cannot be read';
      throw new BuildInputError(`Cannot read secret ${id} from ${source.file}: ${why}`, { cause });
    });
    if (bytes.byteLength > LIMIT_BYTES) {
      throw new BuildInputError(`Cannot use secret ${id}: it is larger than ${LIMIT_BYTES} bytes`);
    }
    return bytes;
  }
}
