/** Words of the instructions that hold random ones together. Registers by number, distances in bytes. */
const u32 = (word: number) => word >>> 0;

export const encode = {
  adr: (d: number, distance: number) =>
    u32(0x1000_0000 | ((distance & 3) << 29) | (((distance >> 2) & 0x7_ffff) << 5) | d),
  movz: (d: number, value: number, half = 0) => u32(0xd280_0000 | (half << 21) | (value << 5) | d),
  movn: (d: number, value: number, half = 0) => u32(0x9280_0000 | (half << 21) | (value << 5) | d),
  movk: (d: number, value: number, half = 0) => u32(0xf280_0000 | (half << 21) | (value << 5) | d),
  /** SP when `d` or `n` is 31. */
  addImmediate: (d: number, n: number, value: number) => u32(0x9100_0000 | (value << 10) | (n << 5) | d),
  subImmediate: (d: number, n: number, value: number) => u32(0xd100_0000 | (value << 10) | (n << 5) | d),
  subsImmediate: (d: number, n: number, value: number) => u32(0xf100_0000 | (value << 10) | (n << 5) | d),
  subsRegister: (d: number, n: number, m: number) => u32(0xeb00_0000 | (m << 16) | (n << 5) | d),
  /** Rd = 1 when the condition holds, else 0. */
  cset: (d: number, condition: number) => u32(0x9a9f_07e0 | ((condition ^ 1) << 12) | d),
  branch: (distance: number) => u32(0x1400_0000 | ((distance >> 2) & 0x3ff_ffff)),
  branchLink: (distance: number) => u32(0x9400_0000 | ((distance >> 2) & 0x3ff_ffff)),
  branchIf: (condition: number, distance: number) =>
    u32(0x5400_0000 | (((distance >> 2) & 0x7_ffff) << 5) | condition),
  cbnz: (t: number, distance: number) => u32(0xb500_0000 | (((distance >> 2) & 0x7_ffff) << 5) | t),
  /** Of bit 63. */
  tbzSign: (t: number, distance: number) => u32(0xb6f8_0000 | (((distance >> 2) & 0x3fff) << 5) | t),
  br: (n: number) => u32(0xd61f_0000 | (n << 5)),
  blr: (n: number) => u32(0xd63f_0000 | (n << 5)),
  ret: (n: number) => u32(0xd65f_0000 | (n << 5)),
  brk: (value: number) => u32(0xd420_0000 | (value << 5)),
  svc: (value: number) => u32(0xd400_0001 | (value << 5)),
  /** Wd = Wn & 7 */
  andSeven: (d: number, n: number) => u32(0x1200_0800 | (n << 5) | d),
  /** Compares Wn. */
  compareImmediate: (n: number, value: number) => u32(0x7100_001f | (value << 10) | (n << 5)),
  /** LDRB Wt, [Xn, Wm, UXTW] */
  loadByteIndexed: (t: number, n: number, m: number) => u32(0x3860_4800 | (m << 16) | (n << 5) | t),
  /** ADD Xd, Xn, Wm, SXTB #2 */
  addSignedByte: (d: number, n: number, m: number) => u32(0x8b20_8800 | (m << 16) | (n << 5) | d),
  /** STP X29, X30, [SP, #-bytes]! */
  pushFrame: (bytes: number) => u32(0xa980_7bfd | (((-bytes / 8) & 0x7f) << 15)),
  /** LDP X29, X30, [SP], #bytes */
  popFrame: (bytes: number) => u32(0xa8c0_7bfd | (((bytes / 8) & 0x7f) << 15)),
  loadWord: (t: number, n: number) => u32(0xb940_0000 | (n << 5) | t),
  storeWord: (t: number, n: number) => u32(0xb900_0000 | (n << 5) | t),
  /** DUP Hd, Vn.H[0] */
  duplicateHalf: (d: number, n: number) => u32(0x5e02_0400 | (n << 5) | d),
  dcCvau: (t: number) => u32(0xd50b_7b20 | t),
  icIvau: (t: number) => u32(0xd50b_7520 | t),
  dsbIsh: 0xd503_3b9f,
  isb: 0xd503_3fdf,
  clrex: 0xd503_3f5f,
  nop: 0xd503_201f,
} as const;
