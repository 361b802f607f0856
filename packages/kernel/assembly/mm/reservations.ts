import { ADDRESS_END } from './layout';

/** Where reservations go that have no wish, or not one that can be granted: 64 GiB. */
const FIRST: u64 = 0x10_0000_0000;

/**
 * Addresses above 4 GiB that are mapped PROT_NONE and stand for nothing: guard regions of a Wasm engine, areas that an
 * allocator fills bit by bit. What is made accessible gets a window.
 */
export class Reservations {
  /** Start and end of each, in no order, never overlapping. */
  private bounds: u64[] = [];

  add(start: u64, end: u64): void {
    this.bounds.push(start);
    this.bounds.push(end);
  }

  overlaps(start: u64, end: u64): bool {
    for (let i = 0; i < this.bounds.length; i += 2) {
      if (start < this.bounds[i + 1] && end > this.bounds[i]) return true;
    }
    return false;
  }

  /** Whether all of it is reserved; never for a range that wraps around. */
  covers(start: u64, end: u64): bool {
    if (end <= start) return false;
    let at = start;
    for (let i = 0; i < this.bounds.length; i += 2) {
      if (at < this.bounds[i] || at >= this.bounds[i + 1]) continue;
      at = this.bounds[i + 1];
      if (at >= end) return true;
      i = -2; // the next one may be anywhere
    }
    return at >= end;
  }

  remove(start: u64, end: u64): void {
    const old = this.bounds;
    this.bounds = [];
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] < start) this.add(old[i], min(old[i + 1], start));
      if (old[i + 1] > end) this.add(max(old[i], end), old[i + 1]);
    }
  }

  /** The lowest stretch behind `from` where nothing is reserved. @returns its start, or 0 */
  findFree(bytes: u64, from: u64 = FIRST): u64 {
    let at = from;
    for (let i = 0; i < this.bounds.length; i += 2) {
      if (at >= this.bounds[i + 1] || at + bytes <= this.bounds[i]) continue;
      at = this.bounds[i + 1];
      i = -2; // those before may be in the way now
    }
    return at + bytes <= ADDRESS_END ? at : 0;
  }

  copyTo(other: Reservations): void {
    other.bounds = this.bounds.slice(0);
  }
}
