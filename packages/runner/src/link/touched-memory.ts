import { GUEST_BIAS } from '@boxer/abi';

/** Granule in which it is remembered what was written: 64 KiB. */
const GRANULE_SHIFT = 16;
const GRANULE_BYTES = 1 << GRANULE_SHIFT;
const GRANULES = 2 ** 32 / GRANULE_BYTES;

/**
 * Which stretches of a process's memory may hold something other than zeros. A memory is mostly address space: a program
 * that uses 2 MiB may span 100, and zeroing all of it would take longer than the program.
 */
export class TouchedMemory {
  readonly #granules = new Uint8Array(GRANULES);
  #count = 0;
  #first = GRANULES;
  #last = -1;

  get sizeBytes(): number {
    return this.#count * GRANULE_BYTES;
  }

  /**
   * Remembers a stretch that is about to be written, or may be from now on. What lies below guest memory is left to the
   * engine, which has tables there that never change.
   */
  mark(offset: number, sizeBytes: number): void {
    if (sizeBytes <= 0 || offset + sizeBytes <= GUEST_BIAS) return;
    const first = Math.max(offset, GUEST_BIAS) >>> GRANULE_SHIFT;
    const last = Math.min(GRANULES - 1, Math.floor((offset + sizeBytes - 1) / GRANULE_BYTES));
    for (let granule = first; granule <= last; granule++) {
      if (this.#granules[granule] === 1) continue;
      this.#granules[granule] = 1;
      this.#count++;
    }
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last);
  }

  /** Zeroes what was remembered, in as few pieces as possible, and forgets it. */
  zero(memory: Uint8Array): void {
    let start = -1;
    for (let granule = this.#first; granule <= this.#last + 1; granule++) {
      const touched = this.#granules[granule] === 1;
      if (touched && start < 0) start = granule;
      if (!touched && start >= 0) {
        memory.fill(0, start * GRANULE_BYTES, granule * GRANULE_BYTES);
        start = -1;
      }
      if (touched) this.#granules[granule] = 0;
    }
    this.#count = 0;
    this.#first = GRANULES;
    this.#last = -1;
  }
}
