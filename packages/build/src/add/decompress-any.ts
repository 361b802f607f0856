import { Readable } from 'node:stream';
import { decompress, DecompressionError, detectCompression } from '@boxer/archive';

const MAGIC_BYTES = 6;

/**
 * Decompresses a stream, told apart by content: gzip, zstd, bzip2, xz; anything else passes unchanged.
 *
 * @throws {@link DecompressionError} when the stream is corrupt or truncated
 */
export async function* decompressAny(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let start: Uint8Array = new Uint8Array(0);
    while (start.byteLength < MAGIC_BYTES) {
      const next = await iterator.next();
      if (next.done === true) break;
      start = Buffer.concat([start, next.value]);
    }
    const whole = resume(start, iterator);
    switch (detectCompression(start)) {
      case 'bzip2':
        yield* bunzip2(whole);
        break;
      case 'xz':
        yield* unxz(whole);
        break;
      case 'none':
      case 'gzip':
      case 'zstd':
        yield* decompress(whole);
    }
  } finally {
    await iterator.return?.();
  }
}

async function* resume(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.byteLength > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** The decoder is a stream of Node's first generation and works at once: each write is answered before it returns. */
async function* bunzip2(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { default: createDecoder } = await import('unbzip2-stream');
  const decoder = createDecoder();
  let output: Uint8Array[] = [];
  let failure: Error | undefined;
  decoder.on('data', (chunk: Uint8Array) => output.push(chunk));
  decoder.on('error', (error: Error) => (failure ??= error));
  const take = (): Uint8Array[] => {
    if (failure !== undefined)
      throw new DecompressionError('bzip2', 'it is corrupt or cut off', { cause: failure });
    const taken = output;
    output = [];
    return taken;
  };
  for await (const chunk of source) {
    decoder.write(Buffer.from(chunk));
    yield* take();
  }
  decoder.end();
  yield* take();
}

async function* unxz(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const input = Readable.toWeb(Readable.from(source, { objectMode: false }));
  const reader = new XzReadableStream(input).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      yield Uint8Array.from(next.value);
  } catch (cause) {
    throw new DecompressionError('xz', cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
