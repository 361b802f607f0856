import { ByteReader, ByteWriter, sectionBody, sectionIds, sectionsOf } from '@boxer/wasm';
import { replaceSection } from './replace-section.ts';

/** Entries of any of the process module's tables: translated functions go into one. */
export const MAX_PROCESS_ENTRIES = 2 ** 18;
/** Entries of the kernel's table: some for each of the processes there may be. */
export const MAX_KERNEL_ENTRIES = 2 ** 21;
/** Our own modules have three at most. */
const MAX_TABLES = 4;
const FUNCTIONS = 0x70;

/**
 * Lowers the maxima of a module's own tables: they lie in the heap of the engine, which ends the whole process of the host when
 * it is full.
 *
 * @returns the module, or a copy with the limits; unchanged when it defines no table
 * @throws {@link MalformedWasmError} when it wants more to begin with, or tables of another kind
 */
export function limitTables(module: Uint8Array, maxEntries: number): Uint8Array {
  const found = sectionsOf(module).find(({ id }) => id === sectionIds.table);
  if (found === undefined) return module;
  const reader = new ByteReader(sectionBody(module, found), 'table section');
  const count = reader.unsigned();
  if (count > MAX_TABLES) reader.fail(`it has ${count} tables`);
  const body = new ByteWriter(32).unsigned(count);
  for (let table = 0; table < count; table++) {
    if (reader.byte() !== FUNCTIONS) reader.fail('a table has anything but functions');
    const flags = reader.byte();
    if (flags > 1) reader.fail('a table is shared, or has 64-bit addresses');
    const minimum = reader.unsigned();
    const maximum = flags === 1 ? reader.unsigned() : maxEntries;
    if (minimum > maxEntries)
      reader.fail(`a table begins with ${minimum} entries, and may have ${maxEntries}`);
    body.byte(FUNCTIONS).byte(1).unsigned(minimum).unsigned(Math.min(maximum, maxEntries));
  }
  return replaceSection(module, found, body.finish());
}
