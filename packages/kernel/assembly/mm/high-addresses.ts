import { GUEST_END, PAGE_SHIFT, WINDOW_MOST } from '../abi.gen';
import { EEXIST, ENOMEM } from '../linux/errno';
import { PROT_NONE } from '../linux/mman';
import { AddressSpace } from './address-space';
import { AddressWindow, storeWindows } from './address-window';
import { ADDRESS_END, END_PAGE } from './layout';
import { MappingKind } from './mapping';
import { Reservations } from './reservations';

/** The addresses of an address space from 4 GiB on: windows onto pages below, and reservations of nothing. */
export class HighAddresses {
  private windows: AddressWindow[] = [];
  private readonly reservations: Reservations = new Reservations();

  constructor(private readonly mm: AddressSpace) {}

  /** The address below 4 GiB that an address stands for: itself, unless it lies in a window or nowhere. */
  lowAddress(address: u64): u64 {
    const window = this.windowAt(address);
    return window ? address - window.start + (<u64>window.low << PAGE_SHIFT) : address;
  }

  /** As {@link lowAddress} for a range; one that is not wholly in one window stands for nothing. */
  lowRange(address: u64, bytes: u64): u64 {
    const window = this.windowAt(address);
    if (window == null || bytes > window.end - address) return address;
    return address - window.start + (<u64>window.low << PAGE_SHIFT);
  }

  /** How many of the bytes from an address above 4 GiB lie in its window. */
  bytesInWindow(address: u64, bytes: u64): u64 {
    const window = this.windowAt(address);
    return window ? min(bytes, window.end - address) : 0;
  }

  private windowAt(address: u64): AddressWindow | null {
    for (let i = 0; i < this.windows.length; i++) {
      const window = this.windows[i];
      if (address >= window.start && address < window.end) return window;
    }
    return null;
  }

  /** The page below 4 GiB for a fixed mapping above, opening a window when needed. @returns it, or -errno */
  place(address: u64, pages: i32, mustBeFree: bool): i32 {
    if (address < GUEST_END || address >= ADDRESS_END) return -ENOMEM;
    const end = address + (<u64>pages << PAGE_SHIFT);
    if (end > ADDRESS_END) return -ENOMEM;
    for (let i = 0; i < this.windows.length; i++) {
      const window = this.windows[i];
      if (end <= window.start || address >= window.end) continue;
      const isInside = address >= window.start && end <= window.end;
      const page = window.low + <i32>((address - window.start) >> PAGE_SHIFT);
      if (mustBeFree && !(isInside && this.isReserved(page, page + pages))) return -EEXIST;
      return isInside ? page : -ENOMEM;
    }
    if (mustBeFree && this.reservations.overlaps(address, end)) return -EEXIST;
    return this.openWindow(address, pages);
  }

  /** @returns first page of what the window stands for, or -ENOMEM */
  private openWindow(address: u64, pages: i32): i32 {
    for (let i = 0; i < this.windows.length; i++) {
      const window = this.windows[i];
      const low = window.low + window.pages;
      if (window.end != address || low + pages > END_PAGE || !this.mm.isFree(low, low + pages)) continue;
      window.pages += pages; // accesses across the border need what is next to each other to stay so
      storeWindows(this.mm.slot, this.windows);
      return low;
    }
    if (this.windows.length == WINDOW_MOST) return -ENOMEM;
    const low = this.mm.findFree(pages);
    if (low < 0) return -ENOMEM;
    this.windows.push(new AddressWindow(address, pages, low));
    storeWindows(this.mm.slot, this.windows);
    return low;
  }

  /** Reserves addresses above 4 GiB, at most ADDRESS_END bytes, without anything behind them. @returns the first, or 0 */
  reserve(wish: u64, bytes: u64): u64 {
    let start: u64 = 0;
    if (wish >= GUEST_END && wish <= ADDRESS_END - bytes && this.isUnused(wish, wish + bytes)) start = wish;
    else start = this.findUnused(bytes);
    if (start != 0) this.reservations.add(start, start + bytes);
    return start;
  }

  private isUnused(start: u64, end: u64): bool {
    if (this.reservations.overlaps(start, end)) return false;
    for (let i = 0; i < this.windows.length; i++) {
      if (start < this.windows[i].end && end > this.windows[i].start) return false;
    }
    return true;
  }

  private findUnused(bytes: u64): u64 {
    let start = this.reservations.findFree(bytes);
    for (let i = 0; i < this.windows.length && start != 0; i++) {
      const window = this.windows[i];
      if (start >= window.end || start + bytes <= window.start) continue;
      start = this.reservations.findFree(bytes, window.end);
      i = -1;
    }
    return start;
  }

  isReservedRange(address: u64, end: u64): bool {
    return this.reservations.covers(address, end);
  }

  /** mprotect(2) of reserved addresses. @returns 0 or -errno */
  protect(address: u64, end: u64, protection: i32): i32 {
    if (!this.reservations.covers(address, end)) return -ENOMEM;
    while (address < end) {
      const window = this.windowAt(address);
      let pieceEnd = window ? min(end, window.end) : end;
      let low: i32;
      if (window) low = window.low + <i32>((address - window.start) >> PAGE_SHIFT);
      else {
        for (let i = 0; i < this.windows.length; i++) {
          if (this.windows[i].start > address) pieceEnd = min(pieceEnd, this.windows[i].start);
        }
        low = -1;
      }
      const bytes = pieceEnd - address;
      if (window == null && protection != PROT_NONE) {
        if (bytes > GUEST_END) return -ENOMEM;
        low = this.openWindow(address, <i32>(bytes >> PAGE_SHIFT));
        if (low < 0) return low;
      }
      if (low >= 0) this.protectReserved(low, low + <i32>(bytes >> PAGE_SHIFT), protection);
      address = pieceEnd;
    }
    return 0;
  }

  /** Makes pages of a window accessible that never were, and protects those that are mapped. */
  private protectReserved(start: i32, end: i32, protection: i32): void {
    for (let page = start; page < end; ) {
      const known = this.mm.firstFrom(page, end);
      const isHole = known == null || known.start > page || known.kind == MappingKind.reserved;
      const next = known == null ? end : known.start > page ? known.start : min(end, known.end);
      if (isHole) {
        const mapping = this.mm.insert(page, next);
        if (mapping == null) return; // a guest that unmapped the pages below lost them to the engine
        mapping.protection = protection;
        this.mm.merge(mapping);
      } else this.mm.protect(page, next, protection);
      page = next;
    }
  }

  /** madvise(2) that forgets the content of reserved addresses. */
  discard(address: u64, end: u64): void {
    for (let i = 0; i < this.windows.length; i++) {
      const window = this.windows[i];
      if (end <= window.start || address >= window.end) continue;
      const from = window.low + <i32>((max(address, window.start) - window.start) >> PAGE_SHIFT);
      const to = window.low + <i32>((min(end, window.end) - window.start) >> PAGE_SHIFT);
      this.mm.discard(from, to);
    }
  }

  private isReserved(start: i32, end: i32): bool {
    for (let page = start; page < end; ) {
      const mapping = this.mm.find(page);
      if (mapping == null || mapping.kind != MappingKind.reserved) return false;
      page = mapping.end;
    }
    return true;
  }

  /** Unmaps pages that a window stands for; a window with nothing left is closed. */
  private unmapPages(window: AddressWindow, start: i32, end: i32): void {
    const hole = this.mm.insert(start, min(end, window.low + window.pages));
    if (hole == null) return; // likewise
    hole.kind = MappingKind.reserved;
    this.mm.merge(hole);
    if (!this.isReserved(window.low, window.low + window.pages)) return;
    this.mm.remove(window.low, window.low + window.pages);
    this.windows.splice(this.windows.indexOf(window), 1);
    storeWindows(this.mm.slot, this.windows);
  }

  /** munmap(2) of addresses from 4 GiB on: what lies in no window is not mapped anyway. */
  unmap(address: u64, end: u64): void {
    this.reservations.remove(address, end);
    this.close(address, end);
  }

  /** As munmap(2), but the addresses stay reserved. */
  close(address: u64, end: u64): void {
    for (let i = this.windows.length - 1; i >= 0; i--) {
      const window = this.windows[i];
      if (end <= window.start || address >= window.end) continue;
      const from = window.low + <i32>((max(address, window.start) - window.start) >> PAGE_SHIFT);
      const to = window.low + <i32>((min(end, window.end) - window.start) >> PAGE_SHIFT);
      this.unmapPages(window, from, to);
    }
  }

  /** For fork: `other` is empty. */
  copyTo(other: HighAddresses): void {
    for (let i = 0; i < this.windows.length; i++) {
      const window = this.windows[i];
      other.windows.push(new AddressWindow(window.start, window.pages, window.low));
    }
    this.reservations.copyTo(other.reservations);
    storeWindows(other.mm.slot, other.windows);
  }
}
