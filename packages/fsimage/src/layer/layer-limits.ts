import { LayerLimitError } from '../errors.ts';

/** How much a layer may hold. */
export interface LayerLimits {
  /** Limit on the bytes of file contents; default 64 GiB. */
  readonly maxContentBytes?: number;
  /** Limit on the number of entries; default 4 million. */
  readonly maxEntries?: number;
}

/** Counts what a layer holds, against its limits. */
export class LayerMeter {
  entries = 0;
  contentBytes = 0;
  readonly #maxEntries: number;
  readonly #maxContentBytes: number;

  constructor({ maxEntries = 4_000_000, maxContentBytes = 64 * 2 ** 30 }: LayerLimits) {
    this.#maxEntries = maxEntries;
    this.#maxContentBytes = maxContentBytes;
  }

  /** @throws {@link LayerLimitError} when there is more than may be */
  count(sizeBytes: number): void {
    if (++this.entries > this.#maxEntries) throw new LayerLimitError('entries', this.#maxEntries);
    this.contentBytes += sizeBytes;
    if (this.contentBytes > this.#maxContentBytes) throw new LayerLimitError('bytes', this.#maxContentBytes);
  }
}
