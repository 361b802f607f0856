import { allocateZeroedFrame, freeFrame } from '../memory/frames';

const ENTRIES_BITS: u32 = 10; // u32 entries in a 4 KiB node
const ENTRIES: u32 = 1 << ENTRIES_BITS;
const INDEX_MASK: u32 = ENTRIES - 1;
/** Entry of a page that reads as zeros although the backing (a lower file) may have bytes there. */
export const ZERO_PAGE: u32 = 1;

/** Limit on the pages of all files of a filesystem together. */
export class PageQuota {
  used: u32 = 0;
  constructor(readonly limit: u32) {}
}

/**
 * The pages of one file, by page index: a radix tree of 4 KiB nodes whose leaves are page frames. Depth 0 holds a
 * single page, so that a small file costs one frame.
 */
export class PageStore {
  private root: u32 = 0;
  private depth: u32 = 0;
  /** Frames that hold data (what st_blocks counts). */
  pages: u32 = 0;

  constructor(private readonly quota: PageQuota | null) {}

  /** Whether one more frame is more than the filesystem may hold. */
  get isFull(): bool {
    const quota = this.quota;
    return quota ? quota.used >= quota.limit : false;
  }

  /** @returns frame address, 0 (nothing here) or ZERO_PAGE */
  get(index: u32): u32 {
    const depth = this.depth;
    if (depth * ENTRIES_BITS < 32 && index >> (depth * ENTRIES_BITS) != 0) return 0;
    let node = this.root;
    for (let level = depth; level > 0; level--) {
      if (node == 0) return 0;
      const at = (index >> ((level - 1) * ENTRIES_BITS)) & INDEX_MASK;
      node = load<u32>(node + (at << 2));
    }
    return node;
  }

  /** The first index ≥ `from` at which there is something, or u32.MAX_VALUE. */
  nextEntry(from: u32): u32 {
    return this.root == 0 ? u32.MAX_VALUE : <u32>min<u64>(this.nextIn(this.root, this.depth, 0, from), u32.MAX_VALUE);
  }

  private nextIn(node: u32, level: u32, base: u64, from: u64): u64 {
    if (level == 0) return base >= from ? base : u64.MAX_VALUE;
    const span = <u64>1 << ((level - 1) * ENTRIES_BITS);
    for (let i: u32 = 0; i < ENTRIES; i++) {
      const child = load<u32>(node + (i << 2));
      const start = base + i * span;
      if (child == 0 || start + span <= from) continue;
      const found = this.nextIn(child, level - 1, start, from);
      if (found != u64.MAX_VALUE) return found;
    }
    return u64.MAX_VALUE;
  }

  /** @returns false when out of memory */
  set(index: u32, entry: u32): bool {
    while (this.depth * ENTRIES_BITS < 32 && index >> (this.depth * ENTRIES_BITS) != 0) {
      if (this.root != 0) {
        const up = <u32>allocateZeroedFrame();
        if (up == 0) return false;
        store<u32>(up, this.root);
        this.root = up;
      }
      this.depth++;
    }
    if (this.depth == 0) {
      this.count(this.root, entry);
      this.root = entry;
      return true;
    }
    if (this.root == 0) {
      this.root = <u32>allocateZeroedFrame();
      if (this.root == 0) return false;
    }
    let node = this.root;
    for (let level = this.depth; level > 1; level--) {
      const slot = node + (((index >> ((level - 1) * ENTRIES_BITS)) & INDEX_MASK) << 2);
      let child = load<u32>(slot);
      if (child == 0) {
        child = <u32>allocateZeroedFrame();
        if (child == 0) return false;
        store<u32>(slot, child);
      }
      node = child;
    }
    const slot = node + ((index & INDEX_MASK) << 2);
    this.count(load<u32>(slot), entry);
    store<u32>(slot, entry);
    return true;
  }

  private count(old: u32, entry: u32): void {
    if (old > ZERO_PAGE) this.counted(-1);
    if (entry > ZERO_PAGE) this.counted(1);
  }

  private counted(pages: i32): void {
    this.pages += pages;
    const quota = this.quota;
    if (quota) quota.used += pages;
  }

  /** Forgets and frees the pages `first` … `end` - 1. */
  drop(first: u32, end: u32): void {
    if (first >= end || this.root == 0) return;
    this.root = this.dropIn(this.root, this.depth, 0, first, end);
    if (this.root == 0) this.depth = 0;
  }

  /** @returns the node, or 0 when it became empty */
  private dropIn(node: u32, level: u32, base: u64, first: u64, end: u64): u32 {
    if (level == 0) {
      if (base < first || base >= end) return node;
      if (node > ZERO_PAGE) {
        this.counted(-1);
        freeFrame(node);
      }
      return 0;
    }
    const span = <u64>1 << ((level - 1) * ENTRIES_BITS);
    let used: u32 = 0;
    for (let i: u32 = 0; i < ENTRIES; i++) {
      const slot = node + (i << 2);
      const child = load<u32>(slot);
      if (child == 0) continue;
      const from = base + i * span;
      if (from < end && from + span > first) {
        const kept = this.dropIn(child, level - 1, from, first, end);
        store<u32>(slot, kept);
        if (kept != 0) used++;
      } else used++;
    }
    if (used != 0) return node;
    freeFrame(node);
    return 0;
  }

  clear(): void {
    this.drop(0, u32.MAX_VALUE);
  }
}
