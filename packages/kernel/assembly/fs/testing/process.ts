/** A process module that only has memory: all of it accessible, except the page at guest address 0x7f000000. */

// @ts-ignore: decorator
@external('kernel', 'pushBytes64')
declare function pushBytes64(to: i32, a: v128, b: v128, c: v128, d: v128): void;
// @ts-ignore: decorator
@external('kernel', 'pushBytes8')
declare function pushBytes8(to: i32, value: i64): void;
// @ts-ignore: decorator
@external('kernel', 'pushByte')
declare function pushByte(to: i32, value: i32): void;

const FORBIDDEN_PAGE: i32 = 0x300;

export function run(): i32 {
  return 1;
}
export function load64(at: i32): i64 {
  return load<i64>(at);
}
export function store64(at: i32, value: i64): void {
  store<i64>(at, value);
}
export function load32(at: i32): i32 {
  return load<i32>(at);
}
export function store32(at: i32, value: i32): void {
  store<i32>(at, value);
}
export function load8(at: i32): i32 {
  return load<u8>(at);
}
export function store8(at: i32, value: i32): void {
  store<u8>(at, <u8>value);
}
export function store64x8(at: i32, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(at, a);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  v128.store(at, d, 48);
}
export function copyOut(from: i32, to: i32, n: i32): void {
  for (; n >= 64; n -= 64) {
    pushBytes64(to, v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48));
    from += 64;
    to += 64;
  }
  for (; n >= 8; n -= 8) {
    pushBytes8(to, load<i64>(from));
    from += 8;
    to += 8;
  }
  for (; n > 0; n--) pushByte(to++, load<u8>(from++));
}
export function fill(at: i32, byte: i32, n: i32): void {
  memory.fill(at, <u8>byte, n);
}
export function move(to: i32, from: i32, n: i32): void {
  memory.copy(to, from, n);
}
export function checkPages(first: i32, count: i32, permissions: i32): i32 {
  if (first > FORBIDDEN_PAGE || first + count <= FORBIDDEN_PAGE) return count;
  return FORBIDDEN_PAGE - first;
}
export function setPages(first: i32, count: i32, permissions: i32): void {}
export function invalidate(first: i32, count: i32): void {}
export function grow(pages: i32): i32 {
  return memory.grow(pages);
}
export function size(): i32 {
  return memory.size();
}
export function findZero(at: i32, n: i32): i32 {
  for (let i = 0; i < n; i++) if (load<u8>(at + i) == 0) return i;
  return n;
}
export function reset(): void {}
