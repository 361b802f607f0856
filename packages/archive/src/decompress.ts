import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DecompressionError } from './errors.ts';
import { unzstd } from './zstd.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz';

/** First bytes, in hexadecimal, by which streams are told apart (file(1), RFC 1952, RFC 8878; the last row is zstd's skippable frame). */
const MAGIC: readonly (readonly [Compression, RegExp])[] = [
  ['gzip', /^1f8b08/],
  ['bzip2', /^425a683[1-9]/],
  ['xz', /^fd377a585a00/],
  ['zstd', /^28b52ffd/],
  ['zstd', /^5.2a4d18/],
];
const MAGIC_BYTES = 6;
const OUTPUT_CHUNK_BYTES = 256 * 1024;

/** @param start - the first bytes of a stream; six decide */
export function detectCompression(start: Uint8Array): Compression {
  const hex = Buffer.from(start.subarray(0, MAGIC_BYTES)).toString('hex');
  return MAGIC.find(([, pattern]) => pattern.test(hex))?.[0] ?? 'none';
}

/**
 * Decompresses a gzip or zstd stream, told apart by content; anything else passes unchanged.
 *
 * @throws {@link DecompressionError} when the stream is corrupt or truncated, and for bzip2 and xz
 */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array(0);
  try {
    while (start.byteLength < MAGIC_BYTES) {
      const next = await iterator.next();
      if (next.done === true) break;
      start = start.byteLength === 0 ? next.value : Buffer.concat([start, next.value]);
    }
    const compression = detectCompression(start);
    yield* DECODERS[compression](resume(start, iterator));
  } finally {
    await iterator.return?.();
  }
}

const DECODERS: Record<Compression, (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>> = {
  none: (source) => source,
  gzip: gunzip,
  zstd: unzstd,
  bzip2: () => refuse('bzip2'),
  xz: () => refuse('xz'),
};

function refuse(format: string): never {
  throw new DecompressionError(format, 'this format is not supported; gzip and zstd are');
}

async function* resume(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.byteLength > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const output = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  const input = pipeline(Readable.from(source, { objectMode: false }), output);
  // The failure, if any, is met below while reading.
  input.catch(() => undefined);
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (cause) {
    throw isZlibError(cause) ? new DecompressionError('gzip', cause.message, { cause }) : cause;
  }
}

/** zlib reports by codes such as Z_DATA_ERROR. */
function isZlibError(error: unknown): error is { readonly message: string } {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
  );
}
