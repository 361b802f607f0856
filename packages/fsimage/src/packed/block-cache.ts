import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';

const inflateRawAsync = promisify(inflateRaw);

/** Inflated blocks by number; those that were asked for last stay. */
export class BlockCache {
  readonly #read: (number: number) => Promise<Uint8Array>;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(read: (number: number) => Promise<Uint8Array>, capacity: number) {
    this.#read = read;
    this.#capacity = capacity;
  }

  get(number: number): Promise<Uint8Array> {
    const block = this.#blocks.get(number) ?? this.#read(number);
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > this.#capacity && oldest !== undefined) this.#blocks.delete(oldest);
    return block;
  }

  clear(): void {
    this.#blocks.clear();
  }
}

/** @returns the plain bytes of a block, at most {@link BLOCK_SIZE_BYTES}; rejects with zlib's error */
export function inflateBlock(stored: Uint8Array): Promise<Uint8Array> {
  // In one chunk with a byte to spare: zlib joins several by copying, and asks for one more when the first is full.
  return inflateRawAsync(stored, { maxOutputLength: BLOCK_SIZE_BYTES, chunkSize: BLOCK_SIZE_BYTES + 1 });
}
