import { RECORD_INDEX_AT } from '@boxer/abi';
import { RECORD_BYTES, RECORDS_PER_PAGE } from '../interpreter/layout.ts';

/** Instructions of a guest page that were executed at least once since its code was last forgotten. */
export interface ReachedPage {
  /** Number of the guest page. */
  readonly page: number;
  /** A bit for each of its 1024 words, lowest first. */
  readonly bits: Uint8Array;
}

const INDEX_ENTRIES = 1 << 20;

/**
 * What a process has executed, from the records of its interpreter. Instructions inside translated code leave none: only
 * its entries count.
 *
 * @param memory - the process's memory
 */
export function reachedCode(memory: ArrayBufferLike): ReachedPage[] {
  const index = new Uint32Array(memory, RECORD_INDEX_AT, INDEX_ENTRIES);
  const view = new DataView(memory);
  const pages: ReachedPage[] = [];
  for (let page = 0; page < INDEX_ENTRIES; page++) {
    const records = index[page] ?? 0;
    if (records === 0) continue;
    const bits = new Uint8Array(RECORDS_PER_PAGE / 8);
    let any = false;
    for (let i = 0; i < RECORDS_PER_PAGE; i++) {
      if (view.getUint16(records + i * RECORD_BYTES, true) === 0) continue;
      bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
      any = true;
    }
    if (any) pages.push({ page, bits });
  }
  return pages;
}

/** @returns the addresses of the instructions of a page, ascending */
export function addressesOf({ page, bits }: ReachedPage): number[] {
  const addresses: number[] = [];
  for (let i = 0; i < RECORDS_PER_PAGE; i++) {
    if (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) addresses.push(page * 4096 + 4 * i);
  }
  return addresses;
}
