/**
 * Where the host puts lists it returns. Each call of a WASI function with a list result may allocate here; the kernel copies
 * what it needs and then releases everything at once with `releaseReturned`.
 */
let arena: usize = 0;
let arenaSize: usize = 0;
let used: usize = 0;

/** Canonical ABI allocator. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  let at = (used + align - 1) & ~(align - 1);
  if (arena == 0 || at + size > arenaSize) {
    // A list that is larger than what is left gets a fresh arena; the old one stays valid, and is lost to the arena.
    arenaSize = max<usize>(65536, (size + align + 65535) & ~65535);
    arena = heap.alloc(arenaSize);
    at = 0;
  }
  used = at + size;
  const result = arena + at;
  if (old != 0) memory.copy(result, old, min(oldSize, size));
  return result;
}

/** Everything returned so far has been copied. */
export function releaseReturned(): void {
  used = 0;
}
