import { EFBIG, EINVAL, EIO, EISDIR, ENOSPC } from '../linux/errno';
import { allocateFrame, freeFrame } from '../memory/frames';
import { readStream } from './block-cache';
import { Inode } from './inode';
import { PageQuota, PageStore, ZERO_PAGE } from './page-store';
import { lowerStreamOffset } from './payload-index';

/** Largest file: page indices are 32 bits. */
export const MAX_FILE_BYTES: i64 = 1 << 43;

/** The bytes of a file in kernel memory, possibly on top of a file of the payload. */
export abstract class MemoryContent extends Inode {
  /** Payload inode number, or 0. */
  lower: u32 = 0;
  /** File: bytes of the payload content that still show, where no page covers them. */
  lowerSize: i64 = 0;
  /** File: pages written. */
  pages: PageStore | null = null;
  /** What export looks at. */
  contentChanged: bool = false;

  /** Limit on the pages of the filesystem, if it has one. */
  abstract get quota(): PageQuota | null;

  get blocks(): u64 {
    const pages = this.pages;
    if (!this.isRegular) return 0;
    // Allocated in the upper layer, plus what still shows of the lower content.
    return max<u64>((pages ? <u64>pages.pages : 0) << 3, <u64>((this.lowerSize + 4095) >> 12) << 3);
  }

  truncate(size: i64): i32 {
    if (!this.isRegular) return -EINVAL;
    if (size < this.size) {
      const pages = this.pages;
      if (pages) {
        pages.drop(<u32>((size + 4095) >> 12), <u32>((this.size + 4095) >> 12));
        // Bytes behind the new end in its last page must read as zeros when the file grows again.
        const inPage = <u32>(size & 4095);
        const last = inPage != 0 ? pages.get(<u32>(size >> 12)) : 0;
        if (last > ZERO_PAGE) memory.fill(last + inPage, 0, 4096 - inPage);
      }
      if (size < this.lowerSize) this.lowerSize = size;
    } else if (size > MAX_FILE_BYTES) return -EFBIG;
    this.size = size;
    this.contentChanged = true;
    return 0;
  }

  private pageStore(): PageStore {
    const pages = this.pages;
    if (pages) return pages;
    const made = new PageStore(this.quota);
    this.pages = made;
    return made;
  }

  /** Fills a frame with what the page reads as now. @returns false for an input/output error */
  private fillFromLower(index: u32, frame: usize): bool {
    const offset = <i64>index << 12;
    const n = <u32>max<i64>(0, min<i64>(4096, this.lowerSize - offset));
    if (n > 0 && !readStream(lowerStreamOffset(this.lower) + offset, frame, n)) return false;
    if (n < 4096) memory.fill(frame + n, 0, 4096 - n);
    return true;
  }

  /** Frame of a page to be written; `whole`: all of it will be overwritten. @returns 0: out of memory, 1: input/output error */
  writablePage(index: u32, whole: bool): usize {
    const pages = this.pageStore();
    const known = pages.get(index);
    if (known > ZERO_PAGE) return known;
    if (pages.isFull) return 0;
    const frame = allocateFrame();
    if (frame == 0) return 0;
    if (known == ZERO_PAGE || whole) memory.fill(frame, 0, 4096);
    else if (!this.fillFromLower(index, frame)) {
      freeFrame(frame);
      return 1;
    }
    if (!pages.set(index, <u32>frame)) {
      freeFrame(frame);
      return 0;
    }
    return frame;
  }

  /** Makes a stretch read as zeros and frees what it can; the size stays. */
  punch(offset: i64, end: i64): i32 {
    end = min(end, this.size);
    // Behind the payload's bytes, whole pages are simply forgotten, however many a sparse file has.
    const bareStart = (max(offset, this.lowerSize) + 4095) & ~4095;
    const bareEnd = end & ~4095;
    this.contentChanged = true;
    if (bareStart >= bareEnd) return this.zeroPages(offset, end);
    const pages = this.pages;
    if (pages) pages.drop(<u32>(bareStart >> 12), <u32>(bareEnd >> 12));
    const problem = this.zeroPages(offset, bareStart);
    return problem != 0 ? problem : this.zeroPages(bareEnd, end);
  }

  /** Page by page. */
  private zeroPages(offset: i64, end: i64): i32 {
    let at = offset;
    while (at < end) {
      const index = <u32>(at >> 12);
      const inPage = <u32>(at & 4095);
      const n = <u32>min<i64>(4096 - inPage, end - at);
      const pages = this.pageStore();
      const frame = pages.get(index);
      const covered = frame != 0 || (<i64>index << 12) < this.lowerSize;
      if (covered && n == 4096) {
        if (frame > ZERO_PAGE) freeFrame(frame);
        const zero = (<i64>index << 12) < this.lowerSize ? ZERO_PAGE : 0;
        if (!pages.set(index, zero)) return -ENOSPC;
      } else if (covered && frame != ZERO_PAGE) {
        const page = this.writablePage(index, false);
        if (page == 0) return -ENOSPC;
        if (page == 1) return -EIO;
        memory.fill(page + inPage, 0, n);
      }
      at += n;
    }
    return 0;
  }

  readAt(offset: i64, to: usize, n: u32): i32 {
    if (!this.isRegular) return -EISDIR;
    const end = min<i64>(this.size, offset + n);
    let at = offset;
    while (at < end) {
      const inPage = <u32>(at & 4095);
      let part = <u32>min<i64>(4096 - inPage, end - at);
      const pages = this.pages;
      const frame = pages ? pages.get(<u32>(at >> 12)) : 0;
      const into = to + <usize>(at - offset);
      if (frame > ZERO_PAGE) memory.copy(into, frame + inPage, part);
      else if (frame == ZERO_PAGE || at >= this.lowerSize) memory.fill(into, 0, part);
      else {
        if (pages == null) part = <u32>min(this.lowerSize - at, end - at);
        else part = <u32>min<i64>(part, this.lowerSize - at);
        if (!readStream(lowerStreamOffset(this.lower) + at, into, part)) return -EIO;
      }
      at += part;
    }
    return end > offset ? <i32>(end - offset) : 0;
  }

  writeAt(offset: i64, from: usize, n: u32): i32 {
    const end = min<i64>(this.size, offset + n);
    let at = offset;
    while (at < end) {
      const inPage = <u32>(at & 4095);
      const part = <u32>min<i64>(4096 - inPage, end - at);
      const frame = this.writablePage(<u32>(at >> 12), part == 4096);
      if (frame <= ZERO_PAGE) return frame == 0 ? -ENOSPC : -EIO;
      memory.copy(frame + inPage, from + <usize>(at - offset), part);
      at += part;
    }
    this.contentChanged = true;
    return end > offset ? <i32>(end - offset) : 0;
  }

  /** The last name and the last holder are gone. */
  onUnused(): void {
    const pages = this.pages;
    if (pages) pages.clear();
    this.pages = null;
    this.lowerSize = 0;
  }
}
