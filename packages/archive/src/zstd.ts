import { Decompress } from 'fzstd';
import { DecompressionError } from './errors.ts';
import { ByteReader } from './byte-reader.ts';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Largest window that is decoded: what the zstd command line accepts by default (`--long=27`). */
const WINDOW_LIMIT_BYTES = 128 * 1024 * 1024;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_LIMIT_BYTES = 128 * 1024;
const DECODER_KEEPS_BYTES = 18;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/**
 * Decompresses a zstd stream: any number of frames, skippable ones among them (zstd:chunked layers have those).
 * Frames are walked here and their blocks decoded by fzstd, which bounds memory whatever a header claims.
 * Frame checksums are not verified: the digest of a layer covers more.
 *
 * @throws {@link DecompressionError} when a frame is corrupt, truncated, or needs a dictionary or a huge window
 * @source RFC 8878, section 3.1
 */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = new ByteReader(source);
  for (;;) {
    const start = await reader.read(4);
    if (start.byteLength === 0) return;
    const magic = littleEndian(complete(start, 4));
    if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) await skipFrame(reader);
    else if (magic === FRAME_MAGIC) yield* decodeFrame(reader, start);
    else throw new DecompressionError('zstd', 'a frame does not begin with its magic number');
  }
}

async function skipFrame(reader: ByteReader): Promise<void> {
  let missing = littleEndian(await exactly(reader, 4));
  while (missing > 0) {
    const chunk = await reader.readSome(missing);
    if (chunk.byteLength === 0) throw truncated();
    missing -= chunk.byteLength;
  }
}

async function* decodeFrame(reader: ByteReader, magic: Uint8Array): AsyncGenerator<Uint8Array> {
  const header = await readFrameHeader(reader, magic);
  let output: Uint8Array[] = [];
  let produced = 0;
  const decoder = new Decompress((chunk) => void output.push(chunk));
  const push = (bytes: Uint8Array, isLast: boolean): Uint8Array[] => {
    output = [];
    try {
      decoder.push(bytes, isLast);
    } catch (cause) {
      throw new DecompressionError('zstd', cause instanceof Error ? cause.message : String(cause), { cause });
    }
    for (const chunk of output) produced += chunk.byteLength;
    return output.filter((chunk) => chunk.byteLength > 0);
  };

  yield* push(header.bytes, false);
  // One buffer for all blocks: garbage outside the heap is slow to be collected.
  const buffer = Buffer.allocUnsafeSlow(BLOCK_HEADER_BYTES + BLOCK_LIMIT_BYTES);
  for (let isLast = false; !isLast;) {
    const block = await readBlock(reader, buffer);
    isLast = block.isLast;
    yield* push(block.bytes, false);
  }
  yield* push(header.hasChecksum ? await exactly(reader, 4) : new Uint8Array(0), true);
  if (header.contentBytes !== undefined && header.contentBytes !== produced) {
    throw new DecompressionError('zstd', `a frame holds ${produced} bytes instead of ${header.contentBytes}`);
  }
}

interface FrameHeader {
  readonly bytes: Uint8Array;
  readonly hasChecksum: boolean;
  readonly contentBytes: number | undefined;
}

async function readFrameHeader(reader: ByteReader, magic: Uint8Array): Promise<FrameHeader> {
  const descriptor = (await exactly(reader, 1))[0] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw new DecompressionError('zstd', 'a reserved bit is set');
  if ((descriptor & 0x03) !== 0) throw new DecompressionError('zstd', 'dictionaries are not supported');
  const sizeCode = descriptor >> 6;
  const sizeBytes = sizeCode === 0 ? Number(isSingleSegment) : 1 << sizeCode;
  const windowBytes = isSingleSegment ? new Uint8Array(0) : await exactly(reader, 1);
  const size = await exactly(reader, sizeBytes);
  const contentBytes = sizeBytes === 0 ? undefined : littleEndian(size) + (sizeBytes === 2 ? 256 : 0);
  const window = isSingleSegment ? (contentBytes ?? 0) : windowSize(windowBytes[0] ?? 0);
  if (window > WINDOW_LIMIT_BYTES) {
    throw new DecompressionError('zstd', `a window of ${window} bytes is larger than ${WINDOW_LIMIT_BYTES}`);
  }
  return {
    bytes: Buffer.concat([magic, Uint8Array.of(descriptor), windowBytes, size]),
    hasChecksum: (descriptor & 0x04) !== 0,
    contentBytes,
  };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** @param buffer - takes the block's header and body */
async function readBlock(
  reader: ByteReader,
  buffer: Buffer,
): Promise<{ bytes: Uint8Array; isLast: boolean }> {
  const header = await exactly(reader, BLOCK_HEADER_BYTES);
  buffer.set(header);
  const bits = littleEndian(header);
  const type = (bits >> 1) & 3;
  const length = type === RLE_BLOCK ? 1 : bits >> 3;
  if (type === RESERVED_BLOCK) throw new DecompressionError('zstd', 'a block is of the reserved type');
  if (bits >> 3 > BLOCK_LIMIT_BYTES)
    throw new DecompressionError('zstd', `a block of ${bits >> 3} bytes is too long`);
  buffer.set(await exactly(reader, length), BLOCK_HEADER_BYTES);
  const bytes = buffer.subarray(0, BLOCK_HEADER_BYTES + length);
  // fzstd keeps its input while it has fewer bytes than that of a frame; those must not be overwritten.
  return { bytes: length < DECODER_KEEPS_BYTES ? Uint8Array.from(bytes) : bytes, isLast: (bits & 1) !== 0 };
}

async function exactly(reader: ByteReader, length: number): Promise<Uint8Array> {
  return complete(await reader.read(length), length);
}

function complete(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.byteLength < length) throw truncated();
  return bytes;
}

function truncated(): DecompressionError {
  return new DecompressionError('zstd', 'the stream ends too early');
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
