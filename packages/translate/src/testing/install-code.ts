import { GUEST_BIAS, PAGE_SHIFT, pagePermissions, PERMISSIONS_AT } from '@boxer/abi';
import type { CodeReader } from '../translator/code-reader.ts';
import type { TranslatedModule } from '../translator/translate-module.ts';
import type { BareProcess } from './bare-process.ts';

/** Reads code and constants from a process's memory. */
export function readerOf(process: BareProcess): CodeReader {
  const allowed = (address: number, permission: number) =>
    address >= 0 &&
    address < 2 ** 32 &&
    ((process.view.getUint8(PERMISSIONS_AT + (address >>> PAGE_SHIFT)) ?? 0) & permission) !== 0;
  return {
    word: (pc) =>
      allowed(pc, pagePermissions.execute) ? process.view.getUint32(GUEST_BIAS + pc, true) : undefined,
    data(address, bytes) {
      if (!allowed(address, pagePermissions.read) || !allowed(address + bytes - 1, pagePermissions.read))
        return undefined;
      const at = GUEST_BIAS + address;
      if (bytes === 8) return Number(process.view.getBigUint64(at, true));
      return bytes === 4
        ? process.view.getUint32(at, true)
        : bytes === 2
          ? process.view.getUint16(at, true)
          : process.view.getUint8(at);
    },
  };
}

/** Makes a process execute translated code. */
export function installCode(process: BareProcess, translated: TranslatedModule): void {
  const module = new WebAssembly.Module(translated.bytes);
  const { exports } = new WebAssembly.Instance(module, {
    process: process.codeImports,
    support: process.support,
  });
  for (const { start, end } of translated.ranges) process.exports.markTranslated(start, end);
  const first = process.codeTable.grow(translated.entries.length);
  translated.entries.forEach(({ pc, name }, i) => {
    process.codeTable.set(first + i, exports[name]);
    process.exports.enterAt(pc, first + i);
  });
}
