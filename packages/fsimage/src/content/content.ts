import { createReadStream, readFileSync } from 'node:fs';
import { type Digest, Digester, digestOf } from '@boxer/foundation';
import { ContentError } from '../errors.ts';

/** The bytes of a regular file, by reference: they are read when needed and never kept in memory. */
export interface Content {
  readonly sizeBytes: number;
  /** Digest of the bytes when it is known without reading them. */
  readonly knownDigest: Digest | undefined;
  /** Is told the digest by who computed it, where that is worth being remembered. */
  learnDigest?(digest: Digest): void;
  /**
   * Streams the bytes.
   *
   * @throws {@link ContentError} when exactly {@link sizeBytes} bytes cannot be had
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The empty file. */
export const emptyContent: Content = inlineContent(new Uint8Array(0));

/** Contents that are held in memory: for small files that Boxer itself makes. */
export function inlineContent(bytes: Uint8Array | string): Content {
  const held = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  let digest: Digest | undefined;
  return {
    sizeBytes: held.byteLength,
    get knownDigest() {
      return (digest ??= digestOf(held));
    },
    async *chunks() {
      if (held.byteLength > 0) yield held;
    },
  };
}

/** Files up to this size are read at once, which costs a tenth of a stream. */
const SMALL_BYTES = 256 * 1024;

/**
 * Contents of a file of the host, which must not change while the tree is in use.
 *
 * @param sizeBytes - size as `lstat` gave it; a file that has another size when read is refused
 */
export function hostFileContent(path: string, sizeBytes: number): Content {
  return {
    sizeBytes,
    knownDigest: undefined,
    chunks: () =>
      sizeBytes <= SMALL_BYTES ? readSmallFile(path, sizeBytes) : readLargeFile(path, sizeBytes),
  };
}

async function* readSmallFile(path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new ContentError(path, describe(cause), { cause });
  }
  if (bytes.byteLength !== sizeBytes) throw changed(path);
  if (sizeBytes > 0) yield bytes;
}

async function* readLargeFile(path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      seen += (chunk as Buffer).byteLength;
      if (seen > sizeBytes) break;
      yield chunk as Buffer;
    }
  } catch (cause) {
    throw new ContentError(path, describe(cause), { cause });
  }
  if (seen !== sizeBytes) throw changed(path);
}

function changed(path: string): ContentError {
  return new ContentError(path, 'the file changed while it was in use');
}

/** @returns the digest of the bytes, reading them only when it is not known */
export async function contentDigest(content: Content): Promise<Digest> {
  if (content.knownDigest !== undefined) return content.knownDigest;
  const digester = new Digester();
  for await (const chunk of content.chunks()) digester.update(chunk);
  const digest = digester.digest();
  content.learnDigest?.(digest);
  return digest;
}

/** @returns all bytes at once; for small files only */
export async function readContent(content: Content): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of content.chunks()) parts.push(chunk);
  return Buffer.concat(parts);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
