import { GUEST_BIAS, PAGE_SIZE_BYTES } from '@boxer/abi';
import { reachedCode } from '@boxer/translate';
import { createHash } from 'node:crypto';

/** Which instructions of pages were executed: a bit for each word, lowest first, by the SHA-256 of the page in hexadecimal. */
export type ReachedPages = ReadonlyMap<string, Uint8Array>;

/** Collects what the processes of a box have executed, wherever it lay. */
export class ReachedCollector {
  readonly pages = new Map<string, Uint8Array>();

  /** Adds what a process has executed so far. */
  collect(memory: WebAssembly.Memory): void {
    for (const { page, bits } of reachedCode(memory.buffer)) {
      const content = new Uint8Array(memory.buffer, GUEST_BIAS + page * PAGE_SIZE_BYTES, PAGE_SIZE_BYTES);
      const digest = createHash('sha256').update(content).digest('hex');
      const known = this.pages.get(digest);
      if (known) bits.forEach((byte, i) => (known[i] = (known[i] ?? 0) | byte));
      else this.pages.set(digest, bits);
    }
  }
}
