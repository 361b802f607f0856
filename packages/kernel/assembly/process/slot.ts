import {
  GUEST_BIAS,
  PROCESS_CHECK_PAGES,
  PROCESS_COPY_OUT,
  PROCESS_FILL,
  PROCESS_FIND_ZERO,
  PROCESS_GROW,
  PROCESS_INVALIDATE,
  PROCESS_LOAD32,
  PROCESS_LOAD64,
  PROCESS_LOAD8,
  PROCESS_MOVE,
  PROCESS_RESET,
  PROCESS_RUN,
  PROCESS_SET_PAGES,
  PROCESS_SIZE,
  PROCESS_STORE32,
  PROCESS_STORE64,
  PROCESS_STORE64X8,
  PROCESS_STORE8,
  PROCESS_TABLE_BASE,
  PROCESS_TABLE_STRIDE,
  SLOT_ENTER_AT,
  SLOT_INSTALL_PACK,
  SLOT_INVALIDATE_PACK,
  SLOT_MARK_TRANSLATED,
  SLOT_PLACE_PACK,
  SLOT_VALIDATE_CODE,
} from '../abi.gen';
import { bulkIn, bulkOut } from '../host/slots';

/** From this many bytes on, copies go through the host's bulk functions. */
const BULK_THRESHOLD: i32 = 1024;

/**
 * An instance of the process module: one guest address space. Offsets are raw memory offsets (guest address +
 * GUEST_BIAS); nothing here checks permissions except `checkPages`.
 */
export class ProcessSlot {
  private readonly base: u32;

  constructor(readonly index: i32) {
    this.base = PROCESS_TABLE_BASE + index * PROCESS_TABLE_STRIDE;
  }

  /** Executes the guest until an exit reason. */
  run(): i32 {
    return call_indirect<i32>(this.base + PROCESS_RUN);
  }

  load64(offset: i32): u64 {
    return <u64>call_indirect<i64>(this.base + PROCESS_LOAD64, offset);
  }

  store64(offset: i32, value: u64): void {
    call_indirect<void>(this.base + PROCESS_STORE64, offset, <i64>value);
  }

  load32(offset: i32): u32 {
    return <u32>call_indirect<i32>(this.base + PROCESS_LOAD32, offset);
  }

  store32(offset: i32, value: u32): void {
    call_indirect<void>(this.base + PROCESS_STORE32, offset, <i32>value);
  }

  load8(offset: i32): u32 {
    return <u32>call_indirect<i32>(this.base + PROCESS_LOAD8, offset);
  }

  store8(offset: i32, value: u32): void {
    call_indirect<void>(this.base + PROCESS_STORE8, offset, <i32>value);
  }

  fill(offset: i32, byte: i32, n: i32): void {
    call_indirect<void>(this.base + PROCESS_FILL, offset, byte, n);
  }

  move(to: i32, from: i32, n: i32): void {
    call_indirect<void>(this.base + PROCESS_MOVE, to, from, n);
  }

  /** @returns how many leading pages have all the permission bits */
  checkPages(firstPage: i32, count: i32, permissions: i32): i32 {
    return call_indirect<i32>(this.base + PROCESS_CHECK_PAGES, firstPage, count, permissions);
  }

  setPages(firstPage: i32, count: i32, permissions: i32): void {
    call_indirect<void>(this.base + PROCESS_SET_PAGES, firstPage, count, permissions);
  }

  invalidate(firstPage: i32, count: i32): void {
    call_indirect<void>(this.base + PROCESS_INVALIDATE, firstPage, count);
  }

  /** @returns the old size in 64 KiB pages, or -1 */
  grow(pages: i32): i32 {
    return call_indirect<i32>(this.base + PROCESS_GROW, pages);
  }

  /** Memory size in 64 KiB pages. */
  size(): i32 {
    return call_indirect<i32>(this.base + PROCESS_SIZE);
  }

  findZero(offset: i32, n: i32): i32 {
    return call_indirect<i32>(this.base + PROCESS_FIND_ZERO, offset, n);
  }

  reset(): void {
    call_indirect<void>(this.base + PROCESS_RESET);
  }

  /** Zeroes what a process left behind, so that the slot is as good as new: for instances that cannot be replaced. */
  clear(): void {
    this.reset();
    const pages = this.size();
    for (let page = GUEST_BIAS >> 16; page < pages; page++) this.fill(page << 16, 0, 65536);
  }

  // Translated code: only where the component has packs.

  /** From now on the function at an index in the table of code executes what begins at pc. */
  enterAt(pc: i32, code: i32): void {
    call_indirect<i32>(this.base + SLOT_ENTER_AT, pc, code);
  }

  /** This guest code is translated. */
  markTranslated(start: i32, end: i32): void {
    call_indirect<void>(this.base + SLOT_MARK_TRANSLATED, start, end);
  }

  /** Says where a pack lies; none of its functions may be valid. */
  placePack(pack: i32, base: i32): void {
    call_indirect<void>(this.base + SLOT_PLACE_PACK, pack, base);
  }

  /** Puts the first n entries of a pack into the table of code, from an index on. */
  installPack(pack: i32, firstIndex: i32, n: i32): void {
    call_indirect<void>(this.base + SLOT_INSTALL_PACK, pack, firstIndex, 0, n);
  }

  validateCode(pack: i32, functionNumber: i32, valid: bool): void {
    call_indirect<void>(this.base + SLOT_VALIDATE_CODE, pack, functionNumber, <i32>valid);
  }

  /** No function of the pack is valid any more. */
  invalidatePack(pack: i32): void {
    call_indirect<void>(this.base + SLOT_INVALIDATE_PACK, pack);
  }

  /** Process → kernel. */
  read(offset: i32, to: usize, n: i32): void {
    if (n >= BULK_THRESHOLD) bulkOut(this.index, offset, to, n);
    else call_indirect<void>(this.base + PROCESS_COPY_OUT, offset, <i32>to, n);
  }

  /** Kernel → process. */
  write(offset: i32, from: usize, n: i32): void {
    if (n >= BULK_THRESHOLD) bulkIn(this.index, offset, <i32>from, n);
    else this.writePieces(offset, from, n);
  }

  /** Kernel → process without help of the host: 64 bytes a call. */
  writePieces(offset: i32, from: usize, n: i32): void {
    const base = this.base;
    while (n >= 64) {
      call_indirect<void>(
        base + PROCESS_STORE64X8,
        offset,
        v128.load(from),
        v128.load(from, 16),
        v128.load(from, 32),
        v128.load(from, 48),
      );
      offset += 64;
      from += 64;
      n -= 64;
    }
    while (n >= 8) {
      call_indirect<void>(base + PROCESS_STORE64, offset, load<i64>(from));
      offset += 8;
      from += 8;
      n -= 8;
    }
    while (n > 0) {
      call_indirect<void>(base + PROCESS_STORE8, offset, <i32>load<u8>(from));
      offset++;
      from++;
      n--;
    }
  }

  /** Process → kernel without help of the host. */
  readPieces(offset: i32, to: usize, n: i32): void {
    call_indirect<void>(this.base + PROCESS_COPY_OUT, offset, <i32>to, n);
  }
}
