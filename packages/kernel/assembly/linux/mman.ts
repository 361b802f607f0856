/** @source Linux include/uapi/asm-generic/mman-common.h, mman.h; include/uapi/linux/mman.h */
export const PROT_NONE: i32 = 0;
export const PROT_READ: i32 = 1;
export const PROT_WRITE: i32 = 2;
export const PROT_EXEC: i32 = 4;
export const PROT_GROWSDOWN: i32 = 0x0100_0000;
export const PROT_GROWSUP: i32 = 0x0200_0000;

export const MAP_SHARED: i32 = 1;
export const MAP_PRIVATE: i32 = 2;
export const MAP_SHARED_VALIDATE: i32 = 3;
export const MAP_TYPE: i32 = 0xf;
export const MAP_FIXED: i32 = 0x10;
export const MAP_ANONYMOUS: i32 = 0x20;
export const MAP_GROWSDOWN: i32 = 0x100;
export const MAP_LOCKED: i32 = 0x2000;
export const MAP_POPULATE: i32 = 0x8000;
export const MAP_HUGETLB: i32 = 0x4_0000;
export const MAP_FIXED_NOREPLACE: i32 = 0x10_0000;

export const MREMAP_MAYMOVE: i32 = 1;
export const MREMAP_FIXED: i32 = 2;
export const MREMAP_DONTUNMAP: i32 = 4;

export const MS_ASYNC: i32 = 1;
export const MS_INVALIDATE: i32 = 2;
export const MS_SYNC: i32 = 4;

export const MADV_NORMAL: i32 = 0;
export const MADV_RANDOM: i32 = 1;
export const MADV_SEQUENTIAL: i32 = 2;
export const MADV_WILLNEED: i32 = 3;
export const MADV_DONTNEED: i32 = 4;
export const MADV_FREE: i32 = 8;
export const MADV_REMOVE: i32 = 9;
export const MADV_DONTFORK: i32 = 10;
export const MADV_DOFORK: i32 = 11;
export const MADV_MERGEABLE: i32 = 12;
export const MADV_UNMERGEABLE: i32 = 13;
export const MADV_HUGEPAGE: i32 = 14;
export const MADV_NOHUGEPAGE: i32 = 15;
export const MADV_DONTDUMP: i32 = 16;
export const MADV_DODUMP: i32 = 17;
export const MADV_WIPEONFORK: i32 = 18;
export const MADV_KEEPONFORK: i32 = 19;
export const MADV_COLD: i32 = 20;
export const MADV_PAGEOUT: i32 = 21;
export const MADV_POPULATE_READ: i32 = 22;
export const MADV_POPULATE_WRITE: i32 = 23;
