/** A pack that the cache has. */
export interface CachedPack {
  /** SHA-256 of the file, in hexadecimal: also its name. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Weak hashes of the guest pages that it has code of. */
  readonly hashes: readonly number[];
}

const MAGIC = 0x3144_5842;
const HEAD_BYTES = 48;
const MAX_HASHES = 65536;

/** Fields of a record; hashes follow. */
const field = { magic: 0, checksum: 4, sizeBytes: 8, count: 12, digest: 16 } as const;

function checksumOf(record: Uint8Array): number {
  let sum = 0x811c_9dc5;
  for (let i = field.sizeBytes; i < record.length; i++) sum = Math.imul(sum ^ (record[i] ?? 0), 0x0100_0193);
  return sum >>> 0;
}

/** @returns a record of the index, to be appended in one write */
export function encodeRecord({ digest, sizeBytes, hashes }: CachedPack): Uint8Array {
  const record = new Uint8Array(HEAD_BYTES + 4 * hashes.length);
  const view = new DataView(record.buffer);
  view.setUint32(field.magic, MAGIC, true);
  view.setUint32(field.sizeBytes, sizeBytes, true);
  view.setUint32(field.count, hashes.length, true);
  record.set(Buffer.from(digest, 'hex'), field.digest);
  hashes.forEach((hash, i) => view.setUint32(HEAD_BYTES + 4 * i, hash, true));
  view.setUint32(field.checksum, checksumOf(record), true);
  return record;
}

/**
 * Reads the index: a log that several processes append to. What a crash has left half-written is skipped.
 *
 * @returns the packs, the one that was added last first, each once
 */
export function decodeLog(log: Uint8Array): CachedPack[] {
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  const packs = new Map<string, CachedPack>();
  for (let at = 0; at + HEAD_BYTES <= log.length;) {
    const record = recordAt(log, view, at);
    if (record === undefined) {
      at += 4;
      continue;
    }
    const { digest } = record;
    packs.delete(digest);
    packs.set(digest, record);
    at += HEAD_BYTES + 4 * record.hashes.length;
  }
  return [...packs.values()].reverse();
}

function recordAt(log: Uint8Array, view: DataView, at: number): CachedPack | undefined {
  if (view.getUint32(at + field.magic, true) !== MAGIC) return undefined;
  const count = view.getUint32(at + field.count, true);
  const end = at + HEAD_BYTES + 4 * count;
  if (count > MAX_HASHES || end > log.length) return undefined;
  if (view.getUint32(at + field.checksum, true) !== checksumOf(log.subarray(at, end))) return undefined;
  return {
    digest: Buffer.from(log.subarray(at + field.digest, at + field.digest + 32)).toString('hex'),
    sizeBytes: view.getUint32(at + field.sizeBytes, true),
    hashes: Array.from({ length: count }, (_, i) => view.getUint32(at + HEAD_BYTES + 4 * i, true)),
  };
}
