import { GUEST_BIAS, GUEST_END, PAGE_SHIFT, PAGE_SIZE_BYTES, PAGE_WRITE } from '../abi.gen';
import { OpenFile } from '../fs/api';
import { copyProcess } from '../host/slots';
import { EACCES, ENOMEM } from '../linux/errno';
import { MADV_DOFORK, MADV_DONTFORK, MADV_KEEPONFORK, MADV_WIPEONFORK, PROT_EXEC, PROT_WRITE } from '../linux/mman';
import { SIGBUS, SIGKILL, SIGSEGV } from '../linux/signal';
import { ProcessSlot } from '../process/slot';
import { releaseSlot } from '../process/slots';
import { Task } from '../task/task';
import { HighAddresses } from './high-addresses';
import { GROW_STEP, READ_AHEAD_PAGES, ZERO_AHEAD_PAGES } from './layout';
import { Mapping, MappingKind } from './mapping';
import { MappingList } from './mapping-list';
import { chargePages, noteExhausted, unchargePages } from './memory-budget';
import { PageMap, PRESENT, STALE } from './page-map';
import { syncSharedMappings } from './shared-mappings';

/** READ_AHEAD_PAGES pages between a file and a process. */
const transfer: usize = memory.data(65536, 16);

let lastId: u32 = 0;

/** An address space: the mappings of a process, over the memory of a process slot. */
export class AddressSpace extends MappingList {
  /** Tells address spaces apart for ever. */
  readonly id: u32 = ++lastId;
  private readonly pages: PageMap = new PageMap();
  private highAddresses: HighAddresses | null = null;
  /** Loaded pages: the resident set. */
  residentPages: i32 = 0;
  /** Most there ever were. */
  residentPeak: i32 = 0;
  /** Most pages that were ever mapped when somebody looked. */
  sizePeak: i64 = 0;
  /** Tasks that use it. */
  users: i32 = 1;
  /** Made by fork, or forked from: Linux would still share its pages with the other. */
  wasCopied: bool = false;
  /** The task whose CPU state is in the slot's memory. */
  residentTask: Task | null = null;

  /** brk(2): start and current end, in bytes; the end may not pass `heapLimit`. */
  heapStart: u64 = 0;
  heapEnd: u64 = 0;
  heapLimit: u64 = 0;
  /** For /proc/PID: where arguments and environment lie, the auxiliary vector, the program. */
  argumentsStart: u64 = 0;
  argumentsEnd: u64 = 0;
  environmentStart: u64 = 0;
  environmentEnd: u64 = 0;
  stackStart: u64 = 0;
  auxiliary: StaticArray<u64> | null = null;
  /** The program; holds a reference, see {@link execute}. */
  executable: OpenFile | null = null;
  /** Guest address of the signal return trampoline. */
  signalReturnAt: u64 = 0;

  constructor(readonly slot: ProcessSlot) {
    super();
  }

  // ── addresses from 4 GiB on ──

  /** Made when first needed. */
  get high(): HighAddresses {
    const known = this.highAddresses;
    if (known) return known;
    const made = new HighAddresses(this);
    this.highAddresses = made;
    return made;
  }

  /** The address below 4 GiB that an address stands for: itself, unless it lies in a window or nowhere. */
  lowAddress(address: u64): u64 {
    if (address < GUEST_END) return address;
    const high = this.highAddresses;
    return high ? high.lowAddress(address) : address;
  }

  /** As {@link lowAddress} for a range; one that is not wholly in one window stands for nothing. */
  lowRange(address: u64, bytes: u64): u64 {
    if (address < GUEST_END) return address;
    const high = this.highAddresses;
    return high ? high.lowRange(address, bytes) : address;
  }

  // ── loaded pages ──

  isPresent(page: i32): bool {
    return (this.pages.get(page) & PRESENT) != 0;
  }

  /** How many of the pages are loaded. */
  presentPages(start: i32, end: i32): i32 {
    let count = 0;
    let page = start;
    while ((page = this.pages.nextPresent(page, end)) < end) {
      const runEnd = this.pages.nextAbsent(page, end);
      count += runEnd - page;
      page = runEnd;
    }
    return count;
  }

  // ── changing mappings ──

  /**
   * Maps pages. The caller sets what backs the returned mapping, then calls `merge`.
   *
   * @returns null when the engine's memory is in the way
   */
  insert(start: i32, end: i32): Mapping | null {
    if (this.touchesEngine(start, end)) return null;
    this.remove(start, end);
    const mapping = new Mapping(this, start, end);
    this.add(mapping);
    return mapping;
  }

  /** Unmaps pages; holes are fine. @returns 0 or -ENOMEM (the engine's memory) */
  unmap(start: i32, end: i32): i32 {
    if (this.touchesEngine(start, end)) return -ENOMEM;
    this.remove(start, end);
    return 0;
  }

  /** As `unmap`, the engine's memory included. */
  remove(start: i32, end: i32): void {
    if (this.isFree(start, end)) return;
    this.splitAt(start);
    this.splitAt(end);
    const at = this.indexOf(start);
    let count = 0;
    while (at + count < this.mappings.length && this.mappings[at + count].start < end) {
      const mapping = this.mappings[at + count++];
      this.dropPages(mapping, mapping.start, mapping.end);
    }
    const removed = this.mappings.splice(at, count);
    for (let i = 0; i < removed.length; i++) removed[i].release();
  }

  /** Changes the protection of pages. @returns 0, -ENOMEM (a hole), -EACCES (shared file not open for writing) */
  protect(start: i32, end: i32, protection: i32): i32 {
    if (!this.isMapped(start, end) || this.touchesEngine(start, end)) return -ENOMEM;
    for (let i = this.indexOf(start); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start >= end) break;
      if ((protection & PROT_WRITE) != 0 && mapping.shared != null && !mapping.mayWrite) return -EACCES;
    }
    this.splitAt(start);
    this.splitAt(end);
    const first = this.indexOf(start);
    let last = first;
    for (; last < this.mappings.length && this.mappings[last].start < end; last++) {
      const mapping = this.mappings[last];
      if (mapping.protection == protection) continue;
      // Predecoded code stays where it may be written to instead: compilers at run time switch between writing and executing
      // all the time, and announce what they changed.
      const losesCode = (mapping.protection & PROT_EXEC) != 0 && (protection & (PROT_EXEC | PROT_WRITE)) == 0;
      mapping.protection = protection;
      this.applyProtection(mapping);
      if (losesCode) this.slot.invalidate(mapping.start, mapping.end - mapping.start);
    }
    for (let i = last - 1; i >= first; i--) this.merge(this.mappings[i]);
    return 0;
  }

  private applyProtection(mapping: Mapping): void {
    let page = mapping.start;
    while ((page = this.pages.nextPresent(page, mapping.end)) < mapping.end) {
      const end = this.pages.nextAbsent(page, mapping.end);
      const shared = mapping.shared;
      if (shared == null) {
        this.slot.setPages(page, end - page, mapping.permissions);
      } else {
        for (let at = page; at < end; at++) {
          const bits = shared.isOwner(mapping, at) ? mapping.permissions : mapping.permissions & ~PAGE_WRITE;
          this.slot.setPages(at, 1, bits);
        }
      }
      page = end;
    }
  }

  // ── loading pages ──

  /**
   * Makes a page accessible that is mapped but not loaded, or whose first write has to be noticed.
   *
   * @param access - one of PAGE_READ, PAGE_WRITE, PAGE_EXECUTE
   * @returns 0, or the signal that the access deserves: SIGSEGV or SIGBUS; SIGKILL when memory has run out
   */
  fault(page: i32, access: i32): i32 {
    const mapping = this.find(page);
    if (mapping == null || mapping.kind >= MappingKind.engine) return SIGSEGV;
    if ((mapping.permissions & access) == 0) return SIGSEGV;
    if (!this.isPresent(page)) {
      const problem = this.load(mapping, page);
      if (problem != 0) return problem;
    }
    const shared = mapping.shared;
    if (shared != null && access == PAGE_WRITE) shared.own(mapping, page);
    return 0;
  }

  private load(mapping: Mapping, page: i32): i32 {
    const shared = mapping.shared;
    if (shared != null) {
      if (!this.charge(page, page + 1)) return SIGKILL;
      const problem = shared.load(mapping, page);
      if (problem != 0) {
        this.discharge(page, page + 1);
        return problem;
      }
      this.slot.setPages(page, 1, mapping.permissions & ~PAGE_WRITE);
      return 0;
    }
    return mapping.file != null ? this.loadFile(mapping, page) : this.loadZeros(mapping, page);
  }

  private loadZeros(mapping: Mapping, page: i32): i32 {
    const first = max(mapping.start, page & ~(ZERO_AHEAD_PAGES - 1));
    const limit = min(mapping.end, (page & ~(ZERO_AHEAD_PAGES - 1)) + ZERO_AHEAD_PAGES);
    // Only the run of absent pages around the one wanted.
    let start = page;
    while (start > first && !this.isPresent(start - 1)) start--;
    const end = this.nextPresentOr(page + 1, limit);
    for (let at = start; at < end; at++) {
      if ((this.pages.get(at) & STALE) != 0) this.slot.fill((at << PAGE_SHIFT) + GUEST_BIAS, 0, PAGE_SIZE_BYTES);
    }
    if (!this.charge(start, end)) return SIGKILL;
    this.slot.setPages(start, end - start, mapping.permissions);
    return 0;
  }

  private loadFile(mapping: Mapping, page: i32): i32 {
    const file = mapping.file!;
    const inode = file.inode;
    if (inode.sharedMappings > 0) syncSharedMappings(inode);
    const end = this.nextPresentOr(page + 1, min(mapping.end, page + READ_AHEAD_PAGES));
    const count = end - page;
    const offset = (mapping.offset + (page - mapping.start)) << PAGE_SHIFT;
    const read = file.readAt(offset, transfer, count << PAGE_SHIFT);
    if (read <= 0) return SIGBUS;
    const loaded = (read + PAGE_SIZE_BYTES - 1) >> PAGE_SHIFT;
    const bytes = loaded << PAGE_SHIFT;
    if (read < bytes) memory.fill(transfer + read, 0, bytes - read);
    if (!this.charge(page, page + loaded)) return SIGKILL;
    this.slot.write((page << PAGE_SHIFT) + GUEST_BIAS, transfer, bytes);
    this.slot.setPages(page, loaded, mapping.permissions);
    return 0;
  }

  private nextPresentOr(from: i32, end: i32): i32 {
    return from >= end ? end : this.pages.nextPresent(from, end);
  }

  /** Grows the memory over the pages, counts them and marks them present. */
  private charge(start: i32, end: i32): bool {
    if (!this.growTo(end)) {
      noteExhausted();
      return false;
    }
    if (!chargePages(end - start)) return false;
    this.residentPages += end - start;
    if (this.residentPages > this.residentPeak) this.residentPeak = this.residentPages;
    for (let page = start; page < end; page++) {
      if (!this.pages.set(page, PRESENT | STALE)) {
        noteExhausted();
        return false;
      }
    }
    return true;
  }

  private discharge(start: i32, end: i32): void {
    for (let page = start; page < end; page++) this.pages.set(page, STALE);
    this.residentPages -= end - start;
    unchargePages(end - start);
  }

  /** Grows the slot's memory so that guest pages below `endPage` exist. */
  private growTo(endPage: i32): bool {
    const needed = <i32>(((<u64>endPage << PAGE_SHIFT) + GUEST_BIAS + 0xffff) >> 16);
    const size = this.slot.size();
    if (needed <= size) return true;
    const step = min(max(needed - size, GROW_STEP), 65536 - size);
    return this.slot.grow(step) >= 0 || this.slot.grow(needed - size) >= 0;
  }

  writePage(page: i32, from: usize): void {
    this.slot.write((page << PAGE_SHIFT) + GUEST_BIAS, from, PAGE_SIZE_BYTES);
  }

  zeroPage(page: i32): void {
    this.slot.fill((page << PAGE_SHIFT) + GUEST_BIAS, 0, PAGE_SIZE_BYTES);
  }

  /** Writes to guest memory that is mapped writable, whoever is running. @returns whether it could */
  writeBytes(address: u64, from: usize, n: i32): bool {
    address = this.lowRange(address, n);
    if (address >= GUEST_END) return false;
    const end = <i32>((address + n + PAGE_SIZE_BYTES - 1) >> PAGE_SHIFT);
    for (let page = <i32>(address >> PAGE_SHIFT); page < end; page++) {
      if (this.slot.checkPages(page, 1, PAGE_WRITE) == 0 && this.fault(page, PAGE_WRITE) != 0) return false;
    }
    this.slot.write(<i32>address + GUEST_BIAS, from, n);
    return true;
  }

  /** Forgets the content of loaded pages: the next access loads them anew. What a shared page's owner wrote is kept. */
  discard(start: i32, end: i32): void {
    for (let i = this.indexOf(start); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start >= end) break;
      if (mapping.kind == MappingKind.engine) continue;
      this.dropPages(mapping, max(start, mapping.start), min(end, mapping.end));
    }
  }

  /** madvise(2) about fork(2). */
  markFork(start: i32, end: i32, advice: i32): void {
    this.splitAt(start);
    this.splitAt(end);
    for (let i = this.indexOf(start); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start >= end) break;
      if (advice == MADV_DONTFORK) mapping.dontFork = true;
      else if (advice == MADV_DOFORK) mapping.dontFork = false;
      else if (advice == MADV_WIPEONFORK) mapping.wipeOnFork = true;
      else if (advice == MADV_KEEPONFORK) mapping.wipeOnFork = false;
    }
  }

  /** Stores what shared mappings changed (msync). */
  publish(start: i32, end: i32): void {
    for (let i = this.indexOf(start); i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.start >= end) break;
      const shared = mapping.shared;
      if (shared != null) shared.publishAll();
    }
  }

  private dropPages(mapping: Mapping, start: i32, end: i32): void {
    const shared = mapping.shared;
    let page = start;
    let any = false;
    while ((page = this.pages.nextPresent(page, end)) < end) {
      const runEnd = this.pages.nextAbsent(page, end);
      if (shared != null) for (let at = page; at < runEnd; at++) shared.leave(mapping, at);
      this.slot.setPages(page, runEnd - page, 0);
      this.discharge(page, runEnd);
      any = true;
      page = runEnd;
    }
    if (any && (mapping.protection & PROT_EXEC) != 0) this.slot.invalidate(start, end - start);
  }

  /** As dropPages, for copies of shared pages that are outdated; nothing is stored. */
  forgetPages(start: i32, end: i32): void {
    let page = start;
    while ((page = this.pages.nextPresent(page, end)) < end) {
      const runEnd = this.pages.nextAbsent(page, end);
      this.slot.setPages(page, runEnd - page, 0);
      this.slot.invalidate(page, runEnd - page);
      this.discharge(page, runEnd);
      page = runEnd;
    }
  }

  /** Moves pages to other addresses (mremap); both stretches are mapped alike. */
  movePages(from: i32, to: i32, count: i32, mapping: Mapping): bool {
    const end = from + count;
    let page = from;
    while ((page = this.pages.nextPresent(page, end)) < end) {
      const runEnd = this.pages.nextAbsent(page, end);
      const target = to + (page - from);
      const length = runEnd - page;
      if (!this.charge(target, target + length)) return false;
      this.slot.move((target << PAGE_SHIFT) + GUEST_BIAS, (page << PAGE_SHIFT) + GUEST_BIAS, length << PAGE_SHIFT);
      this.slot.setPages(target, length, mapping.permissions);
      page = runEnd;
    }
    return true;
  }

  /**
   * Memory for the engine, as far from the guest as anything else mapped: a mapping that the guest cannot see or replace.
   *
   * @returns memory offset, or 0
   */
  allocateEngineMemory(bytes: i32): i32 {
    const count = bytes >> PAGE_SHIFT;
    const start = this.findFree(count, 16);
    if (start < 0) return 0;
    const mapping = this.insert(start, start + count);
    if (mapping == null) return 0;
    mapping.kind = MappingKind.engine;
    for (let page = start; page < start + count; page++) {
      if ((this.pages.get(page) & STALE) != 0) this.slot.fill((page << PAGE_SHIFT) + GUEST_BIAS, 0, PAGE_SIZE_BYTES);
    }
    if (!this.charge(start, start + count)) return 0;
    return (start << PAGE_SHIFT) + GUEST_BIAS;
  }

  // ── whole address spaces ──

  /** Makes `child`, which is empty, a copy (fork). @returns 0 or -ENOMEM */
  copyTo(child: AddressSpace): i32 {
    for (let i = 0; i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.kind == MappingKind.engine || mapping.dontFork) continue;
      const copy = child.insert(mapping.start, mapping.end)!;
      copy.copyFrom(mapping, mapping.offset);
      if (mapping.shared || mapping.wipeOnFork) continue; // loaded when touched
      if (!this.copyPages(child, copy)) return -ENOMEM;
    }
    this.wasCopied = true;
    child.wasCopied = true;
    const high = this.highAddresses;
    if (high) high.copyTo(child.high);
    child.areaStart = this.areaStart;
    child.heapStart = this.heapStart;
    child.heapEnd = this.heapEnd;
    child.heapLimit = this.heapLimit;
    child.argumentsStart = this.argumentsStart;
    child.argumentsEnd = this.argumentsEnd;
    child.environmentStart = this.environmentStart;
    child.environmentEnd = this.environmentEnd;
    child.stackStart = this.stackStart;
    child.auxiliary = this.auxiliary;
    child.signalReturnAt = this.signalReturnAt;
    const executable = this.executable;
    if (executable) child.execute(executable);
    return 0;
  }

  private copyPages(child: AddressSpace, mapping: Mapping): bool {
    let page = mapping.start;
    while ((page = this.pages.nextPresent(page, mapping.end)) < mapping.end) {
      const end = this.pages.nextAbsent(page, mapping.end);
      if (!child.charge(page, end)) return false;
      const offset = (page << PAGE_SHIFT) + GUEST_BIAS;
      copyProcess(child.slot.index, this.slot.index, offset, (end - page) << PAGE_SHIFT);
      child.slot.setPages(page, end - page, mapping.permissions);
      page = end;
    }
    return true;
  }

  /** Its program is in a file, which nobody may write to as long as it is executed. */
  execute(file: OpenFile): void {
    file.inode.executing++;
    this.executable = file.retain();
  }

  /** A task has let go of it; the last one frees everything. */
  leave(): void {
    if (--this.users > 0) return;
    for (let i = 0; i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      if (mapping.shared != null) this.dropPages(mapping, mapping.start, mapping.end);
      mapping.release();
    }
    this.mappings.length = 0;
    unchargePages(this.residentPages);
    this.residentPages = 0;
    this.pages.free();
    this.residentTask = null;
    const executable = this.executable;
    if (executable) {
      executable.inode.executing--;
      executable.release();
    }
    this.executable = null;
    releaseSlot(this.slot);
  }
}
