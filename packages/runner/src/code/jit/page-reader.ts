import { PAGE_SHIFT, PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import type { CodeReader } from '@boxer/translate';
import type { PageCopy } from '../guest-code.ts';

/** Reads from copies of guest pages, by their numbers. */
export function pageReader(pages: ReadonlyMap<number, PageCopy>): CodeReader {
  const views = new Map<number, DataView>();
  const view = (address: number, bytes: number, permission: number): DataView | undefined => {
    const number = address >>> PAGE_SHIFT;
    if (!Number.isSafeInteger(address) || address < 0 || address + bytes > 2 ** 32) return undefined;
    if ((address + bytes - 1) >>> PAGE_SHIFT !== number) return undefined;
    const page = pages.get(number);
    if (!page || (page.permissions & permission) === 0) return undefined;
    const known = views.get(number);
    if (known) return known;
    const made = new DataView(page.bytes.buffer, page.bytes.byteOffset, page.bytes.length);
    views.set(number, made);
    return made;
  };
  return {
    word: (pc) => view(pc, 4, pagePermissions.execute)?.getUint32(pc % PAGE_SIZE_BYTES, true),
    data(address, bytes) {
      const found = view(address, bytes, pagePermissions.read);
      const at = address % PAGE_SIZE_BYTES;
      if (!found) return undefined;
      if (bytes === 8) return Number(found.getBigUint64(at, true));
      if (bytes === 4) return found.getUint32(at, true);
      return bytes === 2 ? found.getUint16(at, true) : found.getUint8(at);
    },
  };
}
