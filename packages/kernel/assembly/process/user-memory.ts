/**
 * Access to the memory of a guest process. Every address and length from a guest goes through here: pages are checked,
 * loaded when they are mapped but not there yet, and the result is -EFAULT when the guest may not access them.
 */
import { PAGE_SHIFT, PAGE_SIZE_BYTES, GUEST_BIAS, GUEST_END, PAGE_READ, PAGE_WRITE } from '../abi.gen';
import { EFAULT, ENAMETOOLONG } from '../linux/errno';
import { byteString } from '../memory/bytes';
import { AddressSpace } from '../mm/address-space';
import { Task } from '../task/task';

/** Copies n bytes from the guest to kernel memory. @returns 0 or -EFAULT (some bytes may have been copied) */
export function copyFromUser(task: Task, guestAddress: u64, to: usize, n: usize): i32 {
  if (n == 0) return 0;
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, n);
  if (!prepare(mm, guestAddress, n, PAGE_READ)) return -EFAULT;
  mm.slot.read(<i32>guestAddress + GUEST_BIAS, to, <i32>n);
  return 0;
}

/** Copies n bytes from kernel memory to the guest. @returns 0 or -EFAULT (nothing has been copied) */
export function copyToUser(task: Task, guestAddress: u64, from: usize, n: usize): i32 {
  if (n == 0) return 0;
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, n);
  if (!prepare(mm, guestAddress, n, PAGE_WRITE)) return -EFAULT;
  mm.slot.write(<i32>guestAddress + GUEST_BIAS, from, <i32>n);
  return 0;
}

/** Writes n zero bytes to the guest. */
export function zeroUser(task: Task, guestAddress: u64, n: usize): i32 {
  if (n == 0) return 0;
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, n);
  if (!prepare(mm, guestAddress, n, PAGE_WRITE)) return -EFAULT;
  mm.slot.fill(<i32>guestAddress + GUEST_BIAS, 0, <i32>n);
  return 0;
}

/**
 * How many of n bytes from an address the guest may write (or read), loading pages on the way: for calls that transfer
 * what they can (read(2), write(2) across an unmapped page).
 */
export function writableBytes(task: Task, guestAddress: u64, n: usize): usize {
  return accessibleFrom(task.mm!, guestAddress, n, PAGE_WRITE);
}

export function readableBytes(task: Task, guestAddress: u64, n: usize): usize {
  return accessibleFrom(task.mm!, guestAddress, n, PAGE_READ);
}

/** The last read of one of the `read…` functions below failed: the call must return -EFAULT. */
let failed: bool = false;

/** Whether one of the `readU8`…`readU64` calls since the last `userFault()` failed; clears it. */
export function userFault(): bool {
  const result = failed;
  failed = false;
  return result;
}

/** Reads a number; 0 when not readable, and then the next `userFault()` says so. */
export function readU8(task: Task, guestAddress: u64): u32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 1);
  if (!prepare(mm, guestAddress, 1, PAGE_READ)) return <u32>fail();
  return mm.slot.load8(<i32>guestAddress + GUEST_BIAS);
}

export function readU16(task: Task, guestAddress: u64): u32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 2);
  if (!prepare(mm, guestAddress, 2, PAGE_READ)) return <u32>fail();
  const at = <i32>guestAddress + GUEST_BIAS;
  return mm.slot.load8(at) | (mm.slot.load8(at + 1) << 8);
}

export function readU32(task: Task, guestAddress: u64): u32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 4);
  if (!prepare(mm, guestAddress, 4, PAGE_READ)) return <u32>fail();
  return mm.slot.load32(<i32>guestAddress + GUEST_BIAS);
}

export function readI32(task: Task, guestAddress: u64): i32 {
  return <i32>readU32(task, guestAddress);
}

export function readU64(task: Task, guestAddress: u64): u64 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 8);
  if (!prepare(mm, guestAddress, 8, PAGE_READ)) return fail();
  return mm.slot.load64(<i32>guestAddress + GUEST_BIAS);
}

/** Writes a number. @returns 0 or -EFAULT */
export function writeU8(task: Task, guestAddress: u64, value: u32): i32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 1);
  if (!prepare(mm, guestAddress, 1, PAGE_WRITE)) return -EFAULT;
  mm.slot.store8(<i32>guestAddress + GUEST_BIAS, value);
  return 0;
}

export function writeU16(task: Task, guestAddress: u64, value: u32): i32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 2);
  if (!prepare(mm, guestAddress, 2, PAGE_WRITE)) return -EFAULT;
  const at = <i32>guestAddress + GUEST_BIAS;
  mm.slot.store8(at, value);
  mm.slot.store8(at + 1, value >> 8);
  return 0;
}

export function writeU32(task: Task, guestAddress: u64, value: u32): i32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 4);
  if (!prepare(mm, guestAddress, 4, PAGE_WRITE)) return -EFAULT;
  mm.slot.store32(<i32>guestAddress + GUEST_BIAS, value);
  return 0;
}

export function writeU64(task: Task, guestAddress: u64, value: u64): i32 {
  const mm = task.mm!;
  guestAddress = mm.lowRange(guestAddress, 8);
  if (!prepare(mm, guestAddress, 8, PAGE_WRITE)) return -EFAULT;
  mm.slot.store64(<i32>guestAddress + GUEST_BIAS, value);
  return 0;
}

/** Longest path including its NUL. */
export const PATH_MAX: i32 = 4096;
const scratch: usize = memory.data(4096 + 64, 64);

/** What `readString` returned null for: -EFAULT or -ENAMETOOLONG. */
let stringProblem: i32 = 0;

export function stringError(): i32 {
  return stringProblem;
}

/**
 * Reads a NUL-terminated byte string (see memory/bytes.ts) of less than `max` bytes; `max` at most PATH_MAX.
 *
 * @returns null when it is not readable or too long; `stringError()` tells which
 */
export function readString(task: Task, guestAddress: u64, max: i32 = PATH_MAX): string | null {
  const n = copyStringFromUser(task, guestAddress, scratch, max);
  if (n < 0) {
    stringProblem = n;
    return null;
  }
  return byteString(scratch, n);
}

/**
 * Copies a NUL-terminated string to kernel memory, without its NUL.
 *
 * @returns its length, or -EFAULT, or -ENAMETOOLONG when there is no NUL within `max` bytes
 */
export function copyStringFromUser(task: Task, guestAddress: u64, to: usize, max: i32): i32 {
  const mm = task.mm!;
  let done: i32 = 0;
  while (done < max) {
    const at = mm.lowAddress(guestAddress + done);
    const inPage: i32 = PAGE_SIZE_BYTES - (<i32>at & (PAGE_SIZE_BYTES - 1));
    const n = min(inPage, max - done);
    if (!prepare(mm, at, n, PAGE_READ)) return -EFAULT;
    const length = mm.slot.findZero(<i32>at + GUEST_BIAS, n);
    if (length > 0) mm.slot.read(<i32>at + GUEST_BIAS, to + done, length);
    done += length;
    if (length < n) return done;
  }
  return -ENAMETOOLONG;
}

/**
 * Reads a NUL-terminated byte string of any length up to `max` bytes.
 *
 * @returns null with `stringError()`: -EFAULT or -ENAMETOOLONG
 */
export function readLongString(task: Task, guestAddress: u64, max: i32): string | null {
  let text = '';
  while (true) {
    const piece = min(PATH_MAX, max - text.length);
    const n = copyStringFromUser(task, guestAddress + text.length, scratch, piece);
    if (n >= 0) return text.length == 0 ? byteString(scratch, n) : text + byteString(scratch, n);
    if (n != -ENAMETOOLONG || text.length + piece >= max) {
      stringProblem = n;
      return null;
    }
    text += byteString(scratch, piece);
  }
}

function fail(): u64 {
  failed = true;
  return 0;
}

/** Whether all bytes may be accessed; loads the pages that are mapped but not there yet. */
function prepare(mm: AddressSpace, guestAddress: u64, n: usize, access: i32): bool {
  return accessibleBytes(mm, guestAddress, n, access) == n;
}

function accessibleFrom(mm: AddressSpace, guestAddress: u64, n: usize, access: i32): usize {
  if (guestAddress >= GUEST_END) n = <usize>mm.high.bytesInWindow(guestAddress, n);
  return accessibleBytes(mm, mm.lowAddress(guestAddress), n, access);
}

function accessibleBytes(mm: AddressSpace, guestAddress: u64, n: usize, access: i32): usize {
  if (guestAddress >= GUEST_END || n == 0) return 0;
  let end = guestAddress + <u64>n;
  if (end > GUEST_END) end = GUEST_END;
  let page = <i32>(guestAddress >> PAGE_SHIFT);
  const endPage = <i32>((end + (PAGE_SIZE_BYTES - 1)) >> PAGE_SHIFT);
  while (true) {
    page += mm.slot.checkPages(page, endPage - page, access);
    if (page >= endPage) return <usize>(end - guestAddress);
    if (mm.fault(page, access) != 0) break;
  }
  const reached = <u64>page << PAGE_SHIFT;
  return reached <= guestAddress ? 0 : <usize>(reached - guestAddress);
}
