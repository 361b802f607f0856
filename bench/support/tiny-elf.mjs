/** A static AArch64 program that does nothing but exit(0), so that measuring needs no compiler. */
import { chmodSync, writeFileSync } from 'node:fs';

const BASE = 0x400000;
const CODE = [
  0xd2800000, // mov x0, #0
  0xd2800ba8, // mov x8, #93 (exit)
  0xd4000001, // svc #0
];

/** @source System V ABI, "ELF Header" and "Program Header"; ELF for the Arm 64-bit Architecture (e_machine 183) */
export function writeNothing(path) {
  const headers = 64 + 56;
  const file = Buffer.alloc(headers + CODE.length * 4);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(183, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + headers), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read and execute
  file.writeBigUInt64LE(BigInt(BASE), 80);
  file.writeBigUInt64LE(BigInt(BASE), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x10000n, 112);
  CODE.forEach((word, i) => file.writeUInt32LE(word, headers + 4 * i));
  writeFileSync(path, file);
  chmodSync(path, 0o755);
}
