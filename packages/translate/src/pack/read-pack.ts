import { supportFunctions } from '@boxer/a64';
import { ByteReader, findCustomSection, MalformedWasmError, sectionIds, sectionsOf } from '@boxer/wasm';
import { InvalidPackError } from '../errors.ts';
import { PACK_SECTION, packExports, type PackInfo } from './code-pack.ts';
import { decodePackInfo } from './pack-section.ts';

const kinds = { function: 0, table: 1, memory: 2 } as const;

const imports: ReadonlyMap<string, number> = new Map([
  ['process.memory', kinds.memory],
  ['process.settleFlags', kinds.function],
  ['process.resume', kinds.function],
  ['process.code', kinds.table],
  ...Object.keys(supportFunctions).map((name) => [`support.${name}`, kinds.function] as const),
]);
const exported: ReadonlyMap<string, number> = new Map([
  [packExports.place, kinds.function],
  [packExports.install, kinds.function],
  [packExports.validate, kinds.function],
  [packExports.invalidate, kinds.function],
]);

/** Sections that do something when the module is instantiated, before its code was compared, or take memory of the host. */
const REFUSED: ReadonlySet<number> = new Set([
  sectionIds.start,
  sectionIds.data,
  sectionIds.memory,
  sectionIds.table,
]);

function limits(reader: ByteReader): void {
  const flags = reader.byte();
  reader.unsigned();
  if (flags & 1) reader.unsigned();
}

function checkImport(reader: ByteReader): void {
  const name = `${reader.name()}.${reader.name()}`;
  const kind = reader.byte();
  if (imports.get(name) !== kind) reader.fail(`it imports ${name}`);
  switch (kind) {
    case kinds.function:
      reader.unsigned();
      return;
    case kinds.table:
      reader.byte();
      limits(reader);
      return;
    default:
      limits(reader);
  }
}

function checkExports(reader: ByteReader): void {
  const missing = new Set(exported.keys());
  for (let count = reader.unsigned(); count > 0; count--) {
    const name = reader.name();
    if (exported.get(name) !== reader.byte()) reader.fail(`it exports ${name}`);
    reader.unsigned();
    missing.delete(name);
  }
  for (const name of missing) reader.fail(`it does not export ${name}`);
}

/** Of segments: that they go nowhere by themselves. */
const PASSIVE = 1;
const FUNCTIONS = 0;

/** @returns how many functions `install` can put into the process's table */
function countElements(reader: ByteReader): number {
  const isOne = reader.unsigned() === 1 && reader.unsigned() === PASSIVE && reader.byte() === FUNCTIONS;
  if (!isOne) reader.fail('it has other elements than one passive segment of functions');
  return reader.unsigned();
}

/** @returns how many entries it has */
function checkModule(bytes: Uint8Array): number {
  let exports = false;
  let entries = 0;
  for (const { id, bodyStart, end } of sectionsOf(bytes)) {
    const reader = new ByteReader(bytes, 'a code pack', bodyStart, end);
    if (REFUSED.has(id)) reader.fail(`it has a section ${id}`);
    if (id === sectionIds.import) for (let n = reader.unsigned(); n > 0; n--) checkImport(reader);
    if (id === sectionIds.element) entries = countElements(reader);
    if (id !== sectionIds.export) continue;
    checkExports(reader);
    exports = true;
  }
  if (!exports) new ByteReader(bytes, 'a code pack').fail('it exports nothing');
  return entries;
}

/**
 * Reads what a pack says of itself, and makes sure that its module imports and exports what packs do and does nothing when it
 * is instantiated. Whether its code is valid WebAssembly is left to compiling it.
 *
 * @throws {@link InvalidPackError} when anything about it is wrong
 */
export function readPack(bytes: Uint8Array): PackInfo {
  try {
    const count = checkModule(bytes);
    const section = findCustomSection(bytes, PACK_SECTION);
    if (!section)
      throw new MalformedWasmError('a code pack', `it has no section ${PACK_SECTION}`, bytes.length);
    const reader = new ByteReader(section, 'a code pack');
    const info = decodePackInfo(reader);
    const entries = info.functions.reduce((sum, each) => sum + each.entries.length, 0);
    if (entries !== count) reader.fail(`it says that it has ${entries} entries, and has ${count}`);
    return info;
  } catch (cause) {
    if (cause instanceof MalformedWasmError) throw new InvalidPackError(cause);
    throw cause;
  }
}
