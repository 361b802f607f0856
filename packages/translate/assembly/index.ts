/** The support module: what AArch64 needs and Wasm lacks. Names and types are those of packages/a64/src/support. */
export { aesDecrypt, aesEncrypt, aesInverseMixColumns, aesMixColumns } from './aes';
export { crc32, crc32c } from './crc32';
export * from './floating-point';
export { fma32, fma64 } from './fused-multiply-add';
export { fpHalves } from './halves';
export { polynomialMultiply64, polynomialMultiply8 } from './polynomial-multiply';
export { sha1Choose, sha1Majority, sha1Parity, sha1Schedule0, sha1Schedule1 } from './sha1';
export { sha256Hash, sha256Hash2, sha256Schedule0, sha256Schedule1 } from './sha256';
export { shiftElements, shiftSaturates } from './vector-shift';
