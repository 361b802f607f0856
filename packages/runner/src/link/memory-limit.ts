import { ByteReader, ByteWriter, sectionBody, sectionIds, sectionsOf } from '@boxer/wasm';
import { replaceSection } from './replace-section.ts';

export const WASM_PAGE_BYTES = 65536;

/**
 * Lowers the maximum of a module's own memory: the cap on a box's memory must hold even when its kernel is wrong.
 *
 * @param maxPages - most 64 KiB pages
 * @returns the module, or a copy with the limit; unchanged when it defines no memory
 * @throws {@link MalformedWasmError} when it wants more to begin with, or a memory of another kind
 */
export function limitMemory(module: Uint8Array, maxPages: number): Uint8Array {
  const found = sectionsOf(module).find(({ id }) => id === sectionIds.memory);
  if (found === undefined) return module;
  const reader = new ByteReader(sectionBody(module, found), 'memory section');
  if (reader.unsigned() !== 1) reader.fail('a module has more than one memory');
  const flags = reader.byte();
  if (flags > 1) reader.fail('its memory is shared, or has 64-bit addresses');
  const minimum = reader.unsigned();
  const maximum = flags === 1 ? reader.unsigned() : 65536;
  if (minimum > maxPages) reader.fail(`it wants ${minimum} pages of memory, and may have ${maxPages}`);
  const limited = Math.min(maximum, maxPages);
  const body = new ByteWriter(16).unsigned(1).byte(1).unsigned(minimum).unsigned(limited).finish();
  return replaceSection(module, found, body);
}
