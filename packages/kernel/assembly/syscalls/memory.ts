/** mmap(2) and its family. */
import { GUEST_END, PAGE_SHIFT, PAGE_READ, PAGE_WRITE } from '../abi.gen';
import { OpenFile } from '../fs/api';
import { EBADF, EEXIST, EFAULT, EINVAL, ENOMEM, EOVERFLOW, EPERM } from '../linux/errno';
import {
  MADV_DOFORK,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_FREE,
  MADV_KEEPONFORK,
  MADV_NORMAL,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MADV_REMOVE,
  MADV_WIPEONFORK,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '../linux/mman';
import { RLIMIT_DATA } from '../linux/resource';
import { AddressSpace } from '../mm/address-space';
import { ADDRESS_END, END_PAGE, FIRST_PAGE } from '../mm/layout';
import { Mapping, MappingKind } from '../mm/mapping';
import { sharedFile, sharedMemory } from '../mm/shared-mappings';
import { copyToUser } from '../process/user-memory';
import { Task } from '../task/task';

const PAGE_MASK: u64 = 4095;

/** Pages that `length` bytes need; 0 when there are too many. */
function pagesOf(length: u64): i32 {
  if (length > GUEST_END) return 0;
  return <i32>((length + PAGE_MASK) >> PAGE_SHIFT);
}

function roundUp(length: u64): u64 {
  return (length + PAGE_MASK) & ~PAGE_MASK;
}

/** Whether [address, address + pages) lies where a guest may have mappings. */
function isInRange(address: u64, pages: i32): bool {
  return address < GUEST_END && <i64>(address >> PAGE_SHIFT) + pages <= END_PAGE;
}

/**
 * mmap(2).
 *
 * @source Linux mm/mmap.c, do_mmap (fixes the order of the checks)
 */
export function sys_mmap(
  task: Task,
  address: u64,
  length: u64,
  protection: i32,
  flags: i32,
  fd: i32,
  offset: u64,
): i64 {
  if ((offset & PAGE_MASK) != 0) return -EINVAL;
  let file: OpenFile | null = null;
  if ((flags & MAP_ANONYMOUS) == 0) {
    file = task.files.getForIo(fd);
    if (file == null) return -EBADF;
  }
  if (length == 0) return -EINVAL;
  if (length > ADDRESS_END) return -ENOMEM;
  const type = flags & MAP_TYPE;
  if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE) return -EINVAL;
  if (file != null && <i64>(offset + length) < 0) return -EOVERFLOW;
  const isShared = type != MAP_PRIVATE;
  let mayWrite = true;
  if (file != null) {
    const problem = file.mayMap(protection, isShared);
    if (problem != 0) return problem;
    mayWrite = file.isWritable;
  }
  const mm = task.mm!;
  const isReservation = protection == PROT_NONE && file == null && !isShared;
  const isFixed = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
  if (isReservation && (flags & MAP_FIXED) != 0 && mm.high.isReservedRange(address, address + roundUp(length))) {
    if ((address & PAGE_MASK) != 0) return -EINVAL;
    mm.high.close(address, address + roundUp(length));
    return address;
  }
  const pages = pagesOf(length);
  const start = pages == 0 ? -ENOMEM : place(mm, address, pages, flags);
  if (start == -ENOMEM && isReservation && !isFixed) {
    const reserved = mm.high.reserve(address & ~PAGE_MASK, roundUp(length));
    if (reserved != 0) return reserved;
  }
  if (start < 0) return start;
  const mapping = mm.insert(start, start + pages);
  if (mapping == null) return -ENOMEM;
  mapping.protection = protection & (PROT_READ | PROT_WRITE | PROT_EXEC);
  if (file != null && !file.mapsZeros) {
    mapping.file = file.retain();
    mapping.offset = <i64>(offset >> PAGE_SHIFT);
    mapping.mayWrite = mayWrite;
    if (isShared) sharedFile(file.inode).attach(mapping);
  } else if (isShared) {
    sharedMemory(pages).attach(mapping);
  }
  mm.merge(mapping);
  if ((flags & MAP_POPULATE) != 0) populate(mm, start, start + pages, PAGE_READ);
  return isFixed ? <i64>address : <i64>start << PAGE_SHIFT;
}

/** Chooses the first page. @returns it, or -errno */
function place(mm: AddressSpace, address: u64, pages: i32, flags: i32): i32 {
  if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0) {
    if ((address & PAGE_MASK) != 0) return -EINVAL;
    if (!isInRange(address, pages)) return mm.high.place(address, pages, (flags & MAP_FIXED_NOREPLACE) != 0);
    const start = <i32>(address >> PAGE_SHIFT);
    if (start < FIRST_PAGE) return -EPERM; // below mmap_min_addr
    if ((flags & MAP_FIXED_NOREPLACE) != 0 && !mm.isFree(start, start + pages)) return -EEXIST;
    return start;
  }
  if (address != 0 && isInRange(address, pages)) {
    const hint = <i32>((address + PAGE_MASK) >> PAGE_SHIFT);
    if (hint >= FIRST_PAGE && hint + pages <= END_PAGE && mm.isFree(hint, hint + pages)) return hint;
  }
  const start = mm.findFree(pages);
  return start >= 0 ? start : -ENOMEM;
}

function populate(mm: AddressSpace, start: i32, end: i32, access: i32): i32 {
  for (let page = start; page < end; ) {
    page += mm.slot.checkPages(page, end - page, access);
    if (page >= end) break;
    if (mm.fault(page, access) != 0) return -EFAULT;
  }
  return 0;
}

/** munmap(2). */
export function sys_munmap(task: Task, address: u64, length: u64): i64 {
  if ((address & PAGE_MASK) != 0 || length == 0) return -EINVAL;
  const pages = pagesOf(length);
  const mm = task.mm!;
  if (pages == 0 || !isInRange(address, pages)) {
    const end = address + roundUp(length);
    if (length > ADDRESS_END || end < address || end > ADDRESS_END) return -EINVAL;
    mm.high.unmap(address, end);
    return address < GUEST_END ? mm.unmap(<i32>(address >> PAGE_SHIFT), END_PAGE) : 0;
  }
  const start = <i32>(address >> PAGE_SHIFT);
  return mm.unmap(start, start + pages);
}

/** For a range above 4 GiB that goes on behind the window it starts in: the bytes of the part inside; otherwise 0. */
function partInWindow(mm: AddressSpace, address: u64, length: u64): u64 {
  if (address < GUEST_END) return 0;
  const inside = mm.high.bytesInWindow(address, length);
  return inside < length ? inside : 0;
}

/** mprotect(2). */
export function sys_mprotect(task: Task, address: u64, length: u64, protection: i32): i64 {
  if ((address & PAGE_MASK) != 0) return -EINVAL;
  if ((protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN | PROT_GROWSUP)) != 0) return -EINVAL;
  if (length == 0) return 0;
  if (address >= GUEST_END && length <= ADDRESS_END && task.mm!.high.isReservedRange(address, address + roundUp(length))) {
    return task.mm!.high.protect(address, address + roundUp(length), protection & (PROT_READ | PROT_WRITE | PROT_EXEC));
  }
  const inWindow = partInWindow(task.mm!, address, length);
  if (inWindow != 0) {
    const problem = sys_mprotect(task, address, inWindow, protection);
    return problem != 0 ? problem : sys_mprotect(task, address + inWindow, length - inWindow, protection);
  }
  address = task.mm!.lowRange(address, length);
  const pages = pagesOf(length);
  if (pages == 0 || !isInRange(address, pages)) return -ENOMEM;
  const start = <i32>(address >> PAGE_SHIFT);
  return task.mm!.protect(start, start + pages, protection & (PROT_READ | PROT_WRITE | PROT_EXEC));
}

/** brk(2). @returns the end of the heap, the old one when it cannot be moved */
export function sys_brk(task: Task, end: u64): i64 {
  const mm = task.mm!;
  if (end < mm.heapStart || end > mm.heapLimit) return mm.heapEnd;
  if (end - mm.heapStart > task.group.limit(RLIMIT_DATA)) return mm.heapEnd;
  const oldPage = <i32>((mm.heapEnd + PAGE_MASK) >> PAGE_SHIFT);
  const newPage = <i32>((end + PAGE_MASK) >> PAGE_SHIFT);
  if (newPage < oldPage) {
    if (mm.unmap(newPage, oldPage) != 0) return mm.heapEnd;
  } else if (newPage > oldPage) {
    if (!mm.isFree(oldPage, newPage)) return mm.heapEnd;
    const mapping = mm.insert(oldPage, newPage)!;
    mapping.kind = MappingKind.heap;
    mapping.protection = PROT_READ | PROT_WRITE;
    mm.merge(mapping);
  }
  mm.heapEnd = end;
  return end;
}

/**
 * mremap(2).
 *
 * @source Linux mm/mremap.c
 */
export function sys_mremap(
  task: Task,
  address: u64,
  oldLength: u64,
  newLength: u64,
  flags: i32,
  newAddress: u64,
): i64 {
  if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0) return -EINVAL;
  if ((flags & MREMAP_FIXED) != 0 && (flags & MREMAP_MAYMOVE) == 0) return -EINVAL;
  if ((flags & MREMAP_DONTUNMAP) != 0 && ((flags & MREMAP_MAYMOVE) == 0 || oldLength != newLength)) return -EINVAL;
  if ((address & PAGE_MASK) != 0) return -EINVAL;
  const oldPages = pagesOf(oldLength);
  const newPages = pagesOf(newLength);
  if (newLength == 0) return -EINVAL;
  if (newPages == 0) return -ENOMEM;
  if (!isInRange(address, oldPages) || (oldPages == 0 && oldLength != 0)) return -EFAULT;
  const mm = task.mm!;
  const start = <i32>(address >> PAGE_SHIFT);
  const mapping = mm.find(start);
  if (mapping == null || mapping.kind >= MappingKind.engine || mapping.end < start + oldPages) return -EFAULT;
  // Of shared memory, a second mapping is made; what is private has no second copy.
  if (oldLength == 0 && mapping.shared == null) return -EINVAL;
  const isFixed = (flags & MREMAP_FIXED) != 0;
  if (!isFixed && (flags & MREMAP_DONTUNMAP) == 0) {
    if (newPages <= oldPages) {
      if (newPages < oldPages) mm.unmap(start + newPages, start + oldPages);
      return address;
    }
    if (oldPages > 0 && mapping.end == start + oldPages && canGrow(mm, start, oldPages, newPages)) {
      extend(mm, mapping, start + oldPages, start + newPages);
      return address;
    }
    if ((flags & MREMAP_MAYMOVE) == 0) return -ENOMEM;
  }
  let target: i32;
  if (isFixed) {
    if ((newAddress & PAGE_MASK) != 0) return -EINVAL;
    if (!isInRange(newAddress, newPages)) return -EINVAL;
    target = <i32>(newAddress >> PAGE_SHIFT);
    if (target < FIRST_PAGE) return -EPERM;
    if (target < start + oldPages && start < target + newPages) return -EINVAL;
  } else {
    const hint = newAddress != 0 ? <i32>((newAddress & ~PAGE_MASK) >> PAGE_SHIFT) : -1;
    target = hint >= FIRST_PAGE && isInRange(newAddress, newPages) && mm.isFree(hint, hint + newPages) ? hint : mm.findFree(newPages);
    if (target < 0) return -ENOMEM;
  }
  return move(mm, mapping, start, oldPages, target, newPages, (flags & MREMAP_DONTUNMAP) != 0);
}

function canGrow(mm: AddressSpace, start: i32, oldPages: i32, newPages: i32): bool {
  return start + newPages <= END_PAGE && mm.isFree(start + oldPages, start + newPages);
}

/** Maps more of what `mapping` maps, right behind it. */
function extend(mm: AddressSpace, mapping: Mapping, from: i32, to: i32): void {
  const more = mm.insert(from, to)!;
  more.copyFrom(mapping, mapping.offset + (from - mapping.start));
  mm.merge(more);
}

function move(
  mm: AddressSpace,
  mapping: Mapping,
  start: i32,
  oldPages: i32,
  target: i32,
  newPages: i32,
  keepOld: bool,
): i64 {
  // The target may replace another part of the same mapping: a piece of it keeps what is to be moved.
  const moved = mapping.piece(start, start + oldPages);
  const to = mm.insert(target, target + newPages);
  if (to == null) {
    moved.release();
    return -ENOMEM;
  }
  to.copyFrom(moved, moved.offset);
  moved.release();
  if (to.shared == null && !mm.movePages(start, target, min(oldPages, newPages), to)) return -ENOMEM;
  if (keepOld) mm.discard(start, start + oldPages);
  else if (oldPages > 0) mm.unmap(start, start + oldPages);
  mm.merge(to);
  return <i64>target << PAGE_SHIFT;
}

/** madvise(2). */
export function sys_madvise(task: Task, address: u64, length: u64, advice: i32): i64 {
  if (!isKnownAdvice(advice)) return -EINVAL;
  if ((address & PAGE_MASK) != 0) return -EINVAL;
  if (length == 0) return 0;
  if (roundUp(length) == 0 || address + roundUp(length) < address) return -EINVAL;
  const mm = task.mm!;
  if (address >= GUEST_END && length <= ADDRESS_END && mm.high.isReservedRange(address, address + roundUp(length))) {
    if (advice == MADV_DONTNEED || advice == MADV_FREE) mm.high.discard(address, address + roundUp(length));
    return 0;
  }
  const inWindow = partInWindow(mm, address, length);
  if (inWindow != 0) {
    const first = sys_madvise(task, address, inWindow, advice);
    const rest = sys_madvise(task, address + inWindow, length - inWindow, advice);
    return first != 0 ? first : rest;
  }
  address = mm.lowRange(address, length);
  const pages = pagesOf(length);
  if (pages == 0 || !isInRange(address, pages)) return -ENOMEM;
  const start = <i32>(address >> PAGE_SHIFT);
  const end = start + pages;
  const isWhole = mm.isMapped(start, end);
  switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
      mm.discard(start, end);
      break;
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
      mm.markFork(start, end, advice);
      break;
    case MADV_POPULATE_READ:
      return isWhole ? populate(mm, start, end, PAGE_READ) : -ENOMEM;
    case MADV_POPULATE_WRITE:
      return isWhole ? populate(mm, start, end, PAGE_WRITE) : -ENOMEM;
    case MADV_REMOVE:
      return -EINVAL;
    default:
      break;
  }
  return isWhole ? 0 : -ENOMEM;
}

function isKnownAdvice(advice: i32): bool {
  if (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) return true;
  return advice >= MADV_FREE && advice <= MADV_POPULATE_WRITE;
}

const residency: usize = memory.data(4096, 8);

/** mincore(2). */
export function sys_mincore(task: Task, address: u64, length: u64, vector: u64): i64 {
  if ((address & PAGE_MASK) != 0) return -EINVAL;
  const pages = pagesOf(length);
  if (length == 0) return 0;
  const mm = task.mm!;
  address = mm.lowRange(address, length);
  if (pages == 0 || !isInRange(address, pages)) return -ENOMEM;
  const start = <i32>(address >> PAGE_SHIFT);
  if (!mm.isMapped(start, start + pages)) return -ENOMEM;
  for (let done = 0; done < pages; done += 4096) {
    const n = min(4096, pages - done);
    for (let i = 0; i < n; i++) store<u8>(residency + i, mm.isPresent(start + done + i) ? 1 : 0);
    if (copyToUser(task, vector + done, residency, n) != 0) return -EFAULT;
  }
  return 0;
}

/** msync(2). */
export function sys_msync(task: Task, address: u64, length: u64, flags: i32): i64 {
  if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0) return -EINVAL;
  if ((flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC)) return -EINVAL;
  if ((address & PAGE_MASK) != 0) return -EINVAL;
  const pages = pagesOf(length);
  if (length == 0) return 0;
  const mm = task.mm!;
  address = mm.lowRange(address, length);
  if (pages == 0 || !isInRange(address, pages)) return -ENOMEM;
  const start = <i32>(address >> PAGE_SHIFT);
  mm.publish(start, start + pages);
  return mm.isMapped(start, start + pages) ? 0 : -ENOMEM;
}

function checkLock(task: Task, address: u64, length: u64): i64 {
  const pages = pagesOf((address & PAGE_MASK) + length);
  if (length == 0) return 0;
  address = task.mm!.lowRange(address, length);
  if (pages == 0 || !isInRange(address, pages)) return -ENOMEM;
  const start = <i32>(address >> PAGE_SHIFT);
  return task.mm!.isMapped(start, start + pages) ? 0 : -ENOMEM;
}

/** mlock(2): nothing is ever swapped out. */
export function sys_mlock(task: Task, address: u64, length: u64): i64 {
  return checkLock(task, address, length);
}

export function sys_mlock2(task: Task, address: u64, length: u64, flags: i32): i64 {
  return (flags & ~1) != 0 ? -EINVAL : checkLock(task, address, length);
}

export function sys_munlock(task: Task, address: u64, length: u64): i64 {
  return checkLock(task, address, length);
}

export function sys_mlockall(task: Task, flags: i32): i64 {
  return flags == 0 || (flags & ~7) != 0 ? -EINVAL : 0;
}

export function sys_munlockall(task: Task): i64 {
  return 0;
}
