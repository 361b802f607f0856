// @ts-ignore: decorator
@external('wasi:random/random@0.2.0', 'get-random-u64')
export declare function randomU64(): u64;

/** Fills kernel memory with random bytes. */
export function fillRandom(at: usize, n: usize): void {
  while (n >= 8) {
    store<u64>(at, randomU64());
    at += 8;
    n -= 8;
  }
  if (n == 0) return;
  let rest = randomU64();
  for (; n > 0; n--) {
    store<u8>(at++, <u8>rest);
    rest >>= 8;
  }
}
