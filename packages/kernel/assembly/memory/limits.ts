/** 64 KiB pages by which the kernel's memory grows for frames: 1 MiB. */
export const MEMORY_CHUNK_PAGES: i32 = 16;
