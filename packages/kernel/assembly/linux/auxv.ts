/** @source Linux include/uapi/linux/auxvec.h; arch/arm64/include/uapi/asm/hwcap.h */
export const AT_NULL: u64 = 0;
export const AT_PHDR: u64 = 3;
export const AT_PHENT: u64 = 4;
export const AT_PHNUM: u64 = 5;
export const AT_PAGESZ: u64 = 6;
export const AT_BASE: u64 = 7;
export const AT_FLAGS: u64 = 8;
export const AT_ENTRY: u64 = 9;
export const AT_UID: u64 = 11;
export const AT_EUID: u64 = 12;
export const AT_GID: u64 = 13;
export const AT_EGID: u64 = 14;
export const AT_PLATFORM: u64 = 15;
export const AT_HWCAP: u64 = 16;
export const AT_CLKTCK: u64 = 17;
export const AT_SECURE: u64 = 23;
export const AT_RANDOM: u64 = 25;
export const AT_HWCAP2: u64 = 26;
export const AT_EXECFN: u64 = 31;

export const HWCAP_FP: u64 = 1;
export const HWCAP_ASIMD: u64 = 2;
export const HWCAP_AES: u64 = 8;
export const HWCAP_PMULL: u64 = 16;
export const HWCAP_SHA1: u64 = 32;
export const HWCAP_SHA2: u64 = 64;
export const HWCAP_CRC32: u64 = 128;

/** What the engine executes and programs may use. */
export const HWCAP: u64 =
  HWCAP_FP | HWCAP_ASIMD | HWCAP_AES | HWCAP_PMULL | HWCAP_SHA1 | HWCAP_SHA2 | HWCAP_CRC32;
