/** 64 KiB pages by which the kernel's memory grows for frames: 16 MiB. Growing is expensive, untouched memory is free. */
export const MEMORY_CHUNK_PAGES: i32 = 256;
