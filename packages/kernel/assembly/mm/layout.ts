import { GUEST_END, GUEST_START, PAGE_SHIFT } from '../abi.gen';

/**
 * Where things lie in an address space, in pages. Programs with a fixed address lie where they want; everything else is
 * placed upwards from a low address, so that memories stay small.
 *
 *     program │ heap (brk) … │ stack │ signal return │ mmap area → … GUEST_END
 */
export const FIRST_PAGE: i32 = <i32>(GUEST_START >> PAGE_SHIFT);
export const END_PAGE: i32 = <i32>(GUEST_END >> PAGE_SHIFT);

/** Addresses end here: 47 bits, as much as common runtimes expect. */
export const ADDRESS_END: u64 = 1 << 47;

/** Position-independent programs go here. */
export const PROGRAM_PAGE: i32 = 0x0100_0000 >> PAGE_SHIFT;
/** Room for brk(2) behind the program: 64 MiB. */
export const HEAP_PAGES: i32 = 0x0400_0000 >> PAGE_SHIFT;
/** The main thread's stack: 8 MiB, loaded as it is touched. */
export const STACK_PAGES: i32 = 0x0080_0000 >> PAGE_SHIFT;
/** Never mapped, below the stack: 1 MiB. */
export const STACK_GUARD_PAGES: i32 = 0x0010_0000 >> PAGE_SHIFT;

/** 64 KiB pages by which a process's memory grows: 16 MiB. */
export const GROW_STEP: i32 = 256;

/** Pages read at once from a file on a fault. */
export const READ_AHEAD_PAGES: i32 = 16;
/** Pages of zeros made accessible at once on a fault. */
export const ZERO_AHEAD_PAGES: i32 = 4;
