import { GUEST_END, PAGE_SHIFT } from '../abi.gen';
import { allocateZeroedFrame, freeFrame } from '../memory/frames';

/** The page's content is in the process's memory. */
export const PRESENT: u8 = 1;
/** The memory under the page may hold something other than zeros, although the page is not present. */
export const STALE: u8 = 2;

const LEAF_BITS: i32 = 12;
const LEAF_PAGES: i32 = 1 << LEAF_BITS;
const LEAVES: i32 = <i32>(GUEST_END >> (PAGE_SHIFT + LEAF_BITS)) + 1;

/** One byte of state for each guest page: a table of leaves, made when needed. */
export class PageMap {
  private readonly leaves: StaticArray<usize> = new StaticArray<usize>(LEAVES);

  get(page: i32): u8 {
    const leaf = this.leaves[page >> LEAF_BITS];
    return leaf == 0 ? 0 : load<u8>(leaf + (page & (LEAF_PAGES - 1)));
  }

  /** @returns false when out of memory */
  set(page: i32, state: u8): bool {
    let leaf = this.leaves[page >> LEAF_BITS];
    if (leaf == 0) {
      if (state == 0) return true;
      leaf = allocateZeroedFrame();
      if (leaf == 0) return false;
      this.leaves[page >> LEAF_BITS] = leaf;
    }
    store<u8>(leaf + (page & (LEAF_PAGES - 1)), state);
    return true;
  }

  /** The first page ≥ `from` and < `end` that is present, or `end`. */
  nextPresent(from: i32, end: i32): i32 {
    while (from < end) {
      const leaf = this.leaves[from >> LEAF_BITS];
      const leafEnd = min(end, (from | (LEAF_PAGES - 1)) + 1);
      if (leaf == 0) {
        from = leafEnd;
        continue;
      }
      while (from < leafEnd) {
        const at = leaf + (from & (LEAF_PAGES - 1));
        if ((from & 7) == 0 && load<u64>(at) == 0) {
          from += 8;
          continue;
        }
        if ((load<u8>(at) & PRESENT) != 0) return from;
        from++;
      }
      if (from > leafEnd) from = leafEnd;
    }
    return end;
  }

  /** The first page ≥ `from` and < `end` that is not present, or `end`. */
  nextAbsent(from: i32, end: i32): i32 {
    while (from < end && (this.get(from) & PRESENT) != 0) from++;
    return from;
  }

  free(): void {
    for (let i = 0; i < LEAVES; i++) {
      if (this.leaves[i] == 0) continue;
      freeFrame(this.leaves[i]);
      this.leaves[i] = 0;
    }
  }
}
