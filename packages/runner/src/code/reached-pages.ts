import { cpuState, GUEST_BIAS, PAGE_SIZE_BYTES } from '@boxer/abi';
import { reachedCode } from '@boxer/translate';
import { createHash } from 'node:crypto';

/** What was executed of a page. */
export interface ReachedPage {
  /** Instructions that were executed at all: a bit for each word of the page, lowest first. */
  readonly bits: Uint8Array;
  /** How often each word was about to be executed when a sample was taken. */
  readonly samples: Uint32Array;
}

/** What was executed, by the SHA-256 of the page in hexadecimal. */
export type ReachedPages = ReadonlyMap<string, ReachedPage>;

/** Instructions between two samples of a training, on average. */
export const TRAINING_DISTANCE = 128;

const WORDS = PAGE_SIZE_BYTES / 4;

/** Collects what the processes of a box execute, wherever it lies. */
export class ReachedCollector {
  readonly pages = new Map<string, ReachedPage>();
  readonly #samples = new WeakMap<WebAssembly.Memory, Map<number, Uint32Array>>();

  /** Takes note of where a process is. */
  sample(memory: WebAssembly.Memory): void {
    const pc = Number(new DataView(memory.buffer).getBigUint64(cpuState.pc, true));
    const pages = this.#samples.get(memory) ?? new Map<number, Uint32Array>();
    this.#samples.set(memory, pages);
    const page = Math.floor(pc / PAGE_SIZE_BYTES);
    const samples = pages.get(page) ?? new Uint32Array(WORDS);
    pages.set(page, samples);
    const word = (pc % PAGE_SIZE_BYTES) >>> 2;
    samples[word] = (samples[word] ?? 0) + 1;
  }

  /** Adds what a process has executed so far. */
  collect(memory: WebAssembly.Memory): void {
    const sampled = this.#samples.get(memory);
    this.#samples.delete(memory);
    for (const { page, bits } of reachedCode(memory.buffer)) {
      const at = GUEST_BIAS + page * PAGE_SIZE_BYTES;
      const content = new Uint8Array(memory.buffer, at, PAGE_SIZE_BYTES);
      const digest = createHash('sha256').update(content).digest('hex');
      const known = this.pages.get(digest) ?? {
        bits: new Uint8Array(WORDS / 8),
        samples: new Uint32Array(WORDS),
      };
      this.pages.set(digest, known);
      bits.forEach((byte, i) => (known.bits[i] = (known.bits[i] ?? 0) | byte));
      sampled?.get(page)?.forEach((count, i) => (known.samples[i] = (known.samples[i] ?? 0) + count));
    }
  }
}
