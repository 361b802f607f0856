import { GUEST_BIAS } from '@boxer/abi';

/** Bytes of a predecoded instruction. */
export const RECORD_BYTES = 16;
export const RECORDS_PER_PAGE = 1024;
/** A record page: the records of a guest page and the sentinel behind them. */
export const RECORD_PAGE_BYTES = (RECORDS_PER_PAGE + 1) * RECORD_BYTES;
export const SENTINEL_OFFSET = RECORDS_PER_PAGE * RECORD_BYTES;
/** In the sentinel: u16, 1 once the kernel was told of the page's code; see `codePage`. */
export const SENTINEL_ANNOUNCED = 2;
/** In the sentinel: u32 number of the guest page. */
export const SENTINEL_GUEST_PAGE = 4;
/** In the sentinel: u64 with a bit for each 64-byte line of the guest page that is translated. */
export const SENTINEL_TRANSLATED = 8;

/** Record pages are allocated from the kernel in chunks. */
export const CHUNK_BYTES = 0x10_0000;
export const PAGES_PER_CHUNK = Math.floor(CHUNK_BYTES / RECORD_PAGE_BYTES);

/** Operations that are no instruction. */
export const operations = {
  /** A zeroed record: predecode it, then execute it. */
  predecode: 0,
  /** The word is unallocated. */
  undefined: 1,
  /** The sentinel: go on at the next guest page. */
  nextPage: 2,
  /** Translated code begins here: call it. */
  enter: 3,
  first: 4,
} as const;

/** Cells of the interpreter, behind those of the ABI and below the tables. */
export const cells = {
  /** u32: why a cold handler leaves: reason, + LEAVE_BEHIND when the instruction is done. */
  leave: 0x1800,
  /** u32: record pages that can still be had without asking the kernel. */
  pagesLeft: 0x1804,
  /** u32: address of the next free record page in the current chunk. */
  nextPage: 0x1808,
  /** u32: record pages left in the current chunk. */
  leftInChunk: 0x180c,
  /** u32: chunks in use; those behind, up to `chunkCount`, are free again after a flush. */
  chunkIndex: 0x1810,
  /** u32: chunks allocated. */
  chunkCount: 0x1814,
  /** u32: the record of a translated entry whose instruction is being interpreted, or 0; and its code's index. */
  displacedRecord: 0x1818,
  displacedIndex: 0x181c,
  /** u32: guest address where translated code waits for its callee, which is being interpreted, or NO_SITE. */
  returnSite: 0x1820,
  /** u32: what translated code may use of the host's stack when it is entered next. */
  stackLeft: 0x1824,
  /** u32: why run() is to return, when translated code returns marked as ended. */
  endReason: 0x1828,
  /** u32: instructions that the main function takes at once. */
  sliceInstructions: 0x182c,
} as const;

export const LEAVE_BEHIND = 0x100;

/** No guest code lies at an odd address. */
export const NO_SITE = 1;
/** What the main function returns, besides exit reasons, when control has come to the return site. */
export const RETURNED = 0x200;

/** Constant tables: handler of each row and static values, operation of each handler. */
export const TABLES_AT = 0x8000;
export const TABLES_END = 0x10_0000;

/** u32 per 64 KiB of memory: the chunk of record pages that covers it. */
export const GRANULES_AT = 0x60_0000;
export const GRANULE_SHIFT = 16;
/** u32 per chunk: its address. */
export const CHUNKS_AT = 0x64_0000;
/** A bit per guest page: code of it is translated, whether it has records or not. */
export const TRANSLATED_PAGES_AT = 0x68_0000;
export const TRANSLATED_PAGES_BYTES = 0x2_0000;
export const ENGINE_END = GUEST_BIAS;

/**
 * Computing instructions that the main function may have. V8 allocates registers of functions with more than 8192 virtual
 * registers by a simpler method, which keeps the record pointer on the stack: a third slower. Seen to happen between 8258
 * and 8697. When rows are added that are hot, others must give way.
 */
export const MAIN_INSTRUCTIONS_LIMIT = 8200;

/** Instructions executed before the main function is entered anew, so that the host can replace it by optimised code. */
export const SLICE_INSTRUCTIONS = 1 << 18;
