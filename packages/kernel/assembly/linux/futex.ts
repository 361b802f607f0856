/** @source Linux include/uapi/linux/futex.h */
export const FUTEX_WAIT: i32 = 0;
export const FUTEX_WAKE: i32 = 1;
export const FUTEX_REQUEUE: i32 = 3;
export const FUTEX_CMP_REQUEUE: i32 = 4;
export const FUTEX_WAKE_OP: i32 = 5;
export const FUTEX_WAIT_BITSET: i32 = 9;
export const FUTEX_WAKE_BITSET: i32 = 10;
export const FUTEX_PRIVATE_FLAG: i32 = 128;
export const FUTEX_CLOCK_REALTIME: i32 = 256;
export const FUTEX_COMMAND_MASK: i32 = ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
export const FUTEX_BITSET_MATCH_ANY: u32 = 0xffff_ffff;

export const FUTEX_WAITERS: u32 = 0x8000_0000;
export const FUTEX_OWNER_DIED: u32 = 0x4000_0000;
export const FUTEX_TID_MASK: u32 = 0x3fff_ffff;
