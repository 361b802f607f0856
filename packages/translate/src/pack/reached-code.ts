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
  const pages: ReachedPage[] = [];
  for (let page = 0; page < INDEX_ENTRIES; page++) {
    const bits = (index[page] ?? 0) === 0 ? undefined : reachedBits(memory, page);
    if (bits?.some((byte) => byte !== 0)) pages.push({ page, bits });
  }
  return pages;
}

/** The same of one guest page. @returns undefined when it has no records */
export function reachedBits(memory: ArrayBufferLike, page: number): Uint8Array | undefined {
  const [records = 0] = new Uint32Array(memory, RECORD_INDEX_AT + 4 * page, 1);
  if (records === 0) return undefined;
  const operations = new Uint16Array(memory, records, (RECORDS_PER_PAGE * RECORD_BYTES) / 2);
  const bits = new Uint8Array(RECORDS_PER_PAGE / 8);
  for (let i = 0; i < RECORDS_PER_PAGE; i++)
    if (operations[i * (RECORD_BYTES / 2)] !== 0) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  return bits;
}

/** @returns the addresses of the instructions of a page, ascending */
export function addressesOf({ page, bits }: ReachedPage): number[] {
  const addresses: number[] = [];
  for (let i = 0; i < RECORDS_PER_PAGE; i++) {
    if (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) addresses.push(page * 4096 + 4 * i);
  }
  return addresses;
}
