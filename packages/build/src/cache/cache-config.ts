import { type Digest, isDigest } from '@boxer/foundation';
import { BuildCacheError } from '../errors/build-cache-error.ts';
import { isStepRecord, type StepRecord } from './step-cache.ts';

/** Media types of an exported cache: its config, and the layers, which are packed as in the layer store. */
export const CACHE_CONFIG_TYPE = 'application/vnd.boxer.cache.config.v1+json';
export const CACHE_LAYER_TYPE = 'application/vnd.boxer.layer.v1';

const VERSION = 1;

/** What an exported cache says. */
export interface CacheConfig {
  readonly records: readonly (readonly [key: Digest, record: StepRecord])[];
  readonly inputs: readonly (readonly [key: Digest, inputs: Digest])[];
  /** Blob of each layer. */
  readonly layers: readonly (readonly [name: Digest, blob: Digest])[];
}

/** Equal configs have equal bytes, in whatever order steps were executed. */
export function encodeCacheConfig({ records, inputs, layers }: CacheConfig): Uint8Array<ArrayBuffer> {
  const sorted = <T>(rows: readonly (readonly [Digest, T])[]) =>
    rows.toSorted(([left], [right]) => (left < right ? -1 : 1));
  const config = {
    version: VERSION,
    records: sorted(records),
    inputs: sorted(inputs),
    layers: sorted(layers),
  };
  return Uint8Array.from(Buffer.from(JSON.stringify(config)));
}

/** @throws {@link BuildCacheError} when the bytes are no config of this version */
export function decodeCacheConfig(bytes: Uint8Array): CacheConfig {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new BuildCacheError('read the exported cache', 'its config is no JSON', { cause });
  }
  const { version, records, inputs, layers } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (version !== VERSION)
    throw new BuildCacheError('read the exported cache', `its version is not ${VERSION}`);
  const isWhole =
    areRows(records, isStepRecord) && areRows(inputs, isDigestText) && areRows(layers, isDigestText);
  if (!isWhole) throw new BuildCacheError('read the exported cache', 'its config is malformed');
  return { records, inputs, layers };
}

function isDigestText(value: unknown): value is Digest {
  return typeof value === 'string' && isDigest(value);
}

function areRows<T>(
  value: unknown,
  isValue: (value: unknown) => value is T,
): value is readonly (readonly [Digest, T])[] {
  return (
    Array.isArray(value) &&
    value.every((row) => Array.isArray(row) && isDigestText(row[0]) && isValue(row[1]))
  );
}
