import type { CodeReader } from '@boxer/translate';

/** A stretch of an executable or library that is loaded, by the addresses it was linked for. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
  readonly isWritable: boolean;
}

/** @source System V ABI, "ELF header" and "Program header"; ELF for the Arm 64-bit Architecture, "e_machine" */
const elf = { magic: 0x464c_457f, class64: 2, littleEndian: 1, aarch64: 183, headerBytes: 64 } as const;
const program = { load: 1, execute: 1, write: 2, size: 56 } as const;
const MAX_PROGRAM_HEADERS = 128;

const PAGE_BYTES = 4096;
const roundUp = (bytes: number) => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

/** Whether a file that begins so may be an ELF file. */
export function looksLikeElf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** @returns what an AArch64 ELF file loads; undefined when it is none, or is damaged */
export function segmentsOf(file: Uint8Array): Segment[] | undefined {
  if (file.length < elf.headerBytes) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const isOurs =
    view.getUint32(0, true) === elf.magic &&
    file[4] === elf.class64 &&
    file[5] === elf.littleEndian &&
    view.getUint16(18, true) === elf.aarch64;
  if (!isOurs) return undefined;
  const headersAt = Number(view.getBigUint64(32, true));
  const count = view.getUint16(56, true);
  if (view.getUint16(54, true) !== program.size || count > MAX_PROGRAM_HEADERS) return undefined;
  if (headersAt + count * program.size > file.length) return undefined;
  const segments: Segment[] = [];
  for (let at = headersAt; at < headersAt + count * program.size; at += program.size) {
    if (view.getUint32(at, true) !== program.load) continue;
    const flags = view.getUint32(at + 4, true);
    const offset = Number(view.getBigUint64(at + 8, true));
    const address = Number(view.getBigUint64(at + 16, true));
    const sizeBytes = Number(view.getBigUint64(at + 32, true));
    if (offset + sizeBytes > file.length || address + sizeBytes > 2 ** 32) return undefined;
    const isWritable = (flags & program.write) !== 0;
    // Files are mapped by pages: what is read-only has what lies beside it in the file on its first and last page.
    const before = isWritable || offset % PAGE_BYTES !== address % PAGE_BYTES ? 0 : offset % PAGE_BYTES;
    const end = isWritable ? offset + sizeBytes : roundUp(offset + sizeBytes);
    segments.push({
      address: address - before,
      bytes: file.subarray(offset - before, end),
      isExecutable: (flags & program.execute) !== 0,
      isWritable,
    });
  }
  return segments;
}

/** Reads code and constants where they were linked for; what may be written, or is relocated, is not constant. */
export function segmentReader(segments: readonly Segment[]): CodeReader {
  const constant = segments.filter((each) => !each.isWritable);
  const views = new Map(
    constant.map((each) => [each, new DataView(each.bytes.buffer, each.bytes.byteOffset, each.bytes.length)]),
  );
  const find = (address: number, bytes: number) =>
    constant.find((each) => address >= each.address && address + bytes <= each.address + each.bytes.length);
  return {
    word(pc) {
      const segment = find(pc, 4);
      return segment?.isExecutable ? views.get(segment)?.getUint32(pc - segment.address, true) : undefined;
    },
    data(address, bytes) {
      const segment = find(address, bytes);
      const view = segment && views.get(segment);
      if (!view) return undefined;
      const at = address - segment.address;
      if (bytes === 8) return Number(view.getBigUint64(at, true));
      if (bytes === 4) return view.getUint32(at, true);
      return bytes === 2 ? view.getUint16(at, true) : view.getUint8(at);
    },
  };
}
