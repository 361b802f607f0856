import type { BareProcess } from './bare-process.ts';

const PT_LOAD = 1;
const PF_EXECUTE = 1;
const PF_WRITE = 2;

/** Loads a static executable. @returns its entry point */
export function loadElf(process: BareProcess, elf: Uint8Array): bigint {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const headersAt = Number(view.getBigUint64(32, true));
  const headerBytes = view.getUint16(54, true);
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const at = headersAt + i * headerBytes;
    if (view.getUint32(at, true) !== PT_LOAD) continue;
    const flags = view.getUint32(at + 4, true);
    const [offset, address, fileBytes, memoryBytes] = [8, 16, 32, 40].map((field) =>
      Number(view.getBigUint64(at + field, true)),
    ) as [number, number, number, number];
    process.guest(address, fileBytes).set(elf.subarray(offset, offset + fileBytes));
    process.permit(address, memoryBytes, 1 | (flags & PF_WRITE) | (flags & PF_EXECUTE ? 4 : 0));
  }
  return view.getBigUint64(24, true);
}
