import { END_PAGE, FIRST_PAGE } from './layout';
import { Mapping, MappingKind } from './mapping';

/** The mappings of an address space, sorted by address, never overlapping. */
export class MappingList {
  readonly mappings: Mapping[] = [];
  /** First page of the mmap area. */
  areaStart: i32 = FIRST_PAGE;

  /** Index of the first mapping that ends behind the page. */
  protected indexOf(page: i32): i32 {
    let low = 0;
    let high = this.mappings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.mappings[middle].end > page) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The mapping a page lies in, or null. */
  find(page: i32): Mapping | null {
    const at = this.indexOf(page);
    if (at == this.mappings.length) return null;
    const mapping = this.mappings[at];
    return mapping.start <= page ? mapping : null;
  }

  /** The first mapping in a stretch of pages, or null. */
  firstFrom(start: i32, end: i32): Mapping | null {
    const at = this.indexOf(start);
    return at < this.mappings.length && this.mappings[at].start < end ? this.mappings[at] : null;
  }

  /** Whether nothing is mapped there. */
  isFree(start: i32, end: i32): bool {
    return this.firstFrom(start, end) == null;
  }

  /** Whether every page is mapped. */
  isMapped(start: i32, end: i32): bool {
    let page = start;
    for (let i = this.indexOf(start); i < this.mappings.length && page < end; i++) {
      const mapping = this.mappings[i];
      if (mapping.start > page || mapping.kind == MappingKind.reserved) return false;
      page = mapping.end;
    }
    return page >= end;
  }

  protected touchesEngine(start: i32, end: i32): bool {
    for (let i = this.indexOf(start); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start >= end) return false;
      if (mapping.kind == MappingKind.engine) return true;
    }
    return false;
  }

  /** The lowest free stretch of the mmap area, else of all addresses. @returns its first page, or -1 */
  findFree(count: i32, alignment: i32 = 1): i32 {
    const at = this.findFreeFrom(this.areaStart, count, alignment);
    return at >= 0 ? at : this.findFreeFrom(FIRST_PAGE, count, alignment);
  }

  private findFreeFrom(from: i32, count: i32, alignment: i32): i32 {
    let page = align(from, alignment);
    for (let i = this.indexOf(page); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start - page >= count) return page;
      page = align(mapping.end, alignment);
    }
    return END_PAGE - page >= count ? page : -1;
  }

  /** Adds a mapping where nothing is mapped. */
  protected add(mapping: Mapping): void {
    const at = this.indexOf(mapping.start);
    this.mappings.push(mapping);
    for (let i = this.mappings.length - 1; i > at; i--) this.mappings[i] = this.mappings[i - 1];
    this.mappings[at] = mapping;
  }

  /** Joins a mapping with equal neighbours. */
  merge(mapping: Mapping): void {
    const at = this.indexOf(mapping.start);
    if (at + 1 < this.mappings.length && mapping.continuesWith(this.mappings[at + 1])) this.join(at);
    if (at > 0 && this.mappings[at - 1].continuesWith(mapping)) this.join(at - 1);
  }

  private join(at: i32): void {
    const left = this.mappings[at];
    const right = this.mappings[at + 1];
    this.mappings.splice(at + 1, 1);
    left.end = right.end;
    right.release();
  }

  /** Makes `page` a border between mappings. */
  protected splitAt(page: i32): void {
    const at = this.indexOf(page);
    if (at == this.mappings.length) return;
    const mapping = this.mappings[at];
    if (mapping.start >= page) return;
    const tail = mapping.piece(page, mapping.end);
    mapping.end = page;
    this.add(tail);
  }
}

function align(page: i32, alignment: i32): i32 {
  return (page + alignment - 1) & ~(alignment - 1);
}
