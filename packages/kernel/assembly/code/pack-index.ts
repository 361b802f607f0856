/** The component's packs of translated code: see code-index.ts in @boxer/abi. */
import {
  CODE_INDEX_HEADER_BYTES,
  CODE_INDEX_HEADER_PACK_COUNT,
  CODE_INDEX_HEADER_ROW_COUNT,
  CODE_INDEX_HEADER_ROWS_AT,
  CODE_INDEX_HEADER_SIZE,
  CODE_INDEX_PLAN_CODE_AT,
  CODE_INDEX_PLAN_ENTRIES_AT,
  CODE_INDEX_PLAN_ENTRY_COUNT,
  CODE_INDEX_PLAN_FIRST_ENTRY_AT,
  CODE_INDEX_PLAN_FIRST_FUNCTION_AT,
  CODE_INDEX_PLAN_FIRST_RANGE_AT,
  CODE_INDEX_PLAN_FIRST_SLOT,
  CODE_INDEX_PLAN_FUNCTION_COUNT,
  CODE_INDEX_PLAN_FUNCTIONS_OF_PAGE_AT,
  CODE_INDEX_PLAN_PAGE_COUNT,
  CODE_INDEX_PLAN_PAGES_AT,
  CODE_INDEX_PLAN_RANGES_AT,
  CODE_INDEX_PLAN_SIZE,
  CODE_INDEX_RANGE_BYTES,
  CODE_INDEX_RANGE_CODE,
  CODE_INDEX_RANGE_OFFSET,
  CODE_INDEX_RANGE_SIZE,
  CODE_INDEX_ROW_HASH,
  CODE_INDEX_ROW_PACK,
  CODE_INDEX_ROW_PAGE,
  CODE_INDEX_ROW_SIZE,
} from '../abi.gen';
import { codeIndex } from '../host/slots';

/** Where the index was read to; 0: there are no packs. */
let index: usize = 0;
let wasRead: bool = false;

/** @returns whether the component has packs that may be entered */
export function hasPacks(): bool {
  if (!wasRead) {
    wasRead = true;
    read();
  }
  return index != 0;
}

function read(): void {
  const header = memory.data(CODE_INDEX_HEADER_SIZE, 8);
  if (codeIndex(header, CODE_INDEX_HEADER_SIZE) < CODE_INDEX_HEADER_SIZE) return;
  const bytes = load<u32>(header, CODE_INDEX_HEADER_BYTES);
  const at = heap.alloc(bytes);
  if (<u32>codeIndex(at, <i32>bytes) == bytes) index = at;
}

export function packCount(): i32 {
  return load<i32>(index, CODE_INDEX_HEADER_PACK_COUNT);
}

/** A row says: a page with this hash may be that page of that pack. */
@inline
function row(number: i32): usize {
  return index + load<u32>(index, CODE_INDEX_HEADER_ROWS_AT) + number * CODE_INDEX_ROW_SIZE;
}

/** @returns the number of the first row of a hash; -1 when there is none */
export function firstRowOf(hash: u32): i32 {
  let low = 0;
  let high = load<i32>(index, CODE_INDEX_HEADER_ROW_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(row(middle), CODE_INDEX_ROW_HASH) < hash) low = middle + 1;
    else high = middle;
  }
  return isRowOf(low, hash) ? low : -1;
}

export function isRowOf(number: i32, hash: u32): bool {
  if (number >= load<i32>(index, CODE_INDEX_HEADER_ROW_COUNT)) return false;
  return load<u32>(row(number), CODE_INDEX_ROW_HASH) == hash;
}

export function packOfRow(number: i32): i32 {
  return load<i32>(row(number), CODE_INDEX_ROW_PACK);
}

export function pageOfRow(number: i32): i32 {
  return load<i32>(row(number), CODE_INDEX_ROW_PAGE);
}

/** What the index says of a pack. */
export class PackPlan {
  private readonly at: usize;

  constructor(readonly pack: i32) {
    this.at = row(load<i32>(index, CODE_INDEX_HEADER_ROW_COUNT)) + pack * CODE_INDEX_PLAN_SIZE;
  }

  get functionCount(): i32 {
    return load<i32>(this.at, CODE_INDEX_PLAN_FUNCTION_COUNT);
  }

  get entryCount(): i32 {
    return load<i32>(this.at, CODE_INDEX_PLAN_ENTRY_COUNT);
  }

  get firstSlot(): i32 {
    return load<i32>(this.at, CODE_INDEX_PLAN_FIRST_SLOT);
  }

  /** An element of the array whose place is in the plan at `field`. */
  @inline
  private element(field: usize, number: i32): u32 {
    return load<u32>(index + load<u32>(this.at + field) + (<usize>number << 2));
  }

  firstRange(functionNumber: i32): i32 {
    return this.element(CODE_INDEX_PLAN_FIRST_RANGE_AT, functionNumber);
  }

  firstEntry(functionNumber: i32): i32 {
    return this.element(CODE_INDEX_PLAN_FIRST_ENTRY_AT, functionNumber);
  }

  entryOffset(entry: i32): u32 {
    return this.element(CODE_INDEX_PLAN_ENTRIES_AT, entry);
  }

  rangeOffset(range: i32): u32 {
    return load<u32>(this.range(range), CODE_INDEX_RANGE_OFFSET);
  }

  rangeBytes(range: i32): u32 {
    return load<u32>(this.range(range), CODE_INDEX_RANGE_BYTES);
  }

  /** The guest code of a range. */
  rangeCode(range: i32): usize {
    return (
      index + load<u32>(this.at, CODE_INDEX_PLAN_CODE_AT) + load<u32>(this.range(range), CODE_INDEX_RANGE_CODE)
    );
  }

  private range(number: i32): usize {
    return index + load<u32>(this.at, CODE_INDEX_PLAN_RANGES_AT) + number * CODE_INDEX_RANGE_SIZE;
  }

  /** @returns which of the pack's pages has this distance from its base; -1: none */
  pageAt(distance: u32): i32 {
    let low = 0;
    const count = load<i32>(this.at, CODE_INDEX_PLAN_PAGE_COUNT);
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.element(CODE_INDEX_PLAN_PAGES_AT, middle) < distance) low = middle + 1;
      else high = middle;
    }
    return low < count && this.element(CODE_INDEX_PLAN_PAGES_AT, low) == distance ? low : -1;
  }

  /** Where the functions of a page begin among those of all pages. */
  firstFunction(page: i32): i32 {
    return this.element(CODE_INDEX_PLAN_FIRST_FUNCTION_AT, page);
  }

  functionOfPage(number: i32): i32 {
    return this.element(CODE_INDEX_PLAN_FUNCTIONS_OF_PAGE_AT, number);
  }
}
