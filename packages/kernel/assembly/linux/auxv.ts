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

export const HWCAP_FP: u64 = 1 << 0;
export const HWCAP_ASIMD: u64 = 1 << 1;
export const HWCAP_AES: u64 = 1 << 3;
export const HWCAP_PMULL: u64 = 1 << 4;
export const HWCAP_SHA1: u64 = 1 << 5;
export const HWCAP_SHA2: u64 = 1 << 6;
export const HWCAP_CRC32: u64 = 1 << 7;
export const HWCAP_ATOMICS: u64 = 1 << 8;
export const HWCAP_FPHP: u64 = 1 << 9;
export const HWCAP_ASIMDHP: u64 = 1 << 10;
export const HWCAP_CPUID: u64 = 1 << 11;
export const HWCAP_ASIMDRDM: u64 = 1 << 12;
export const HWCAP_LRCPC: u64 = 1 << 15;
export const HWCAP_DCPOP: u64 = 1 << 16;
export const HWCAP_ASIMDDP: u64 = 1 << 20;

/**
 * What the engine executes and programs may use. The identification registers (packages/a64, system-registers.ts) and
 * {@link CPU_FEATURES} say the same.
 */
export const HWCAP: u64 =
  HWCAP_FP |
  HWCAP_ASIMD |
  HWCAP_AES |
  HWCAP_PMULL |
  HWCAP_SHA1 |
  HWCAP_SHA2 |
  HWCAP_CRC32 |
  HWCAP_ATOMICS |
  HWCAP_FPHP |
  HWCAP_ASIMDHP |
  HWCAP_CPUID |
  HWCAP_ASIMDRDM |
  HWCAP_LRCPC |
  HWCAP_DCPOP |
  HWCAP_ASIMDDP;

/** The same as /proc/cpuinfo names it, in the order of the bits. @source Linux arch/arm64/kernel/cpuinfo.c, hwcap_str */
export const CPU_FEATURES: string =
  'fp asimd aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp';
