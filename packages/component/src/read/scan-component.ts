import { COMPONENT_HEADER, componentSectionIds } from '@boxer/wasm';
import { ByteCursor, type ByteRange, FormatError } from './byte-cursor.ts';
import type { ByteSource } from './byte-source.ts';

/** The section of values, which Boxer's components do not have. */
const LAST_SECTION_ID = 12;

/** A core instance: of which module, or undefined for one that only bundles exports. */
export interface CoreInstance {
  readonly module: number | undefined;
}

/** A custom section: its name and what follows it. */
export interface CustomSection {
  readonly name: string;
  readonly content: ByteRange;
}

/** What lies where in a component. */
export interface ComponentScan {
  readonly modules: readonly ByteRange[];
  readonly instances: readonly CoreInstance[];
  readonly imports: readonly string[];
  readonly customs: readonly CustomSection[];
  /** Bytes of all sections that are neither core modules nor custom sections. */
  readonly otherBytes: number;
}

/**
 * Goes over the sections of a component without reading the modules in it.
 *
 * @throws {@link FormatError} with the offset of the first byte that is wrong
 */
export function scanComponent(source: ByteSource): ComponentScan {
  const cursor = new ByteCursor(source);
  checkPreamble(cursor);
  const modules: ByteRange[] = [];
  const instances: CoreInstance[] = [];
  const imports: string[] = [];
  const customs: CustomSection[] = [];
  let otherBytes = 0;
  while (cursor.left > 0) {
    const { id, range } = cursor.section();
    if (id === componentSectionIds.coreModule) {
      modules.push(range);
      continue;
    }
    const inner = new ByteCursor(source, range);
    if (id === componentSectionIds.custom) {
      customs.push({ name: inner.name(), content: inner.skip(inner.left) });
      continue;
    }
    if (id > LAST_SECTION_ID) throw inner.fail(`there is no section with id ${id}`);
    otherBytes += range.sizeBytes;
    if (id === componentSectionIds.coreInstance) instances.push(...readInstances(inner, modules.length));
    if (id === componentSectionIds.import) imports.push(...readImports(inner));
  }
  return { modules, instances, imports, customs, otherBytes };
}

function checkPreamble(cursor: ByteCursor): void {
  if (cursor.left < COMPONENT_HEADER.length) throw cursor.fail('it is too short to be WebAssembly');
  const bytes = cursor.bytes(COMPONENT_HEADER.length);
  if (!bytes.subarray(0, 4).every((byte, i) => byte === COMPONENT_HEADER[i])) {
    throw new FormatError('it is not WebAssembly');
  }
  if (bytes[4] === 1) throw new FormatError('it is a core module, not a component');
  if (!bytes.every((byte, i) => byte === COMPONENT_HEADER[i])) {
    throw new FormatError('it is a component of another binary version');
  }
}

function readInstances(cursor: ByteCursor, moduleCount: number): CoreInstance[] {
  const instances: CoreInstance[] = [];
  for (let left = cursor.count(); left > 0; left--) {
    const kind = cursor.byte();
    if (kind > 1) throw cursor.fail(`there is no core instance of kind ${kind}`);
    const module = kind === 0 ? cursor.unsigned() : undefined;
    if (module !== undefined && module >= moduleCount) throw cursor.fail(`there is no core module ${module}`);
    for (let items = cursor.count(); items > 0; items--) {
      cursor.name();
      cursor.byte();
      cursor.unsigned();
    }
    instances.push({ module });
  }
  expectEnd(cursor);
  return instances;
}

/** Names of imported instances; Boxer's components import nothing else at their top. */
function readImports(cursor: ByteCursor): string[] {
  const INSTANCE = 0x05;
  const names: string[] = [];
  for (let left = cursor.count(); left > 0; left--) {
    if (cursor.byte() > 1) throw cursor.fail('an import has a name of an unknown kind');
    names.push(cursor.name());
    if (cursor.byte() !== INSTANCE) throw cursor.fail('it imports something that is not an instance');
    cursor.unsigned();
  }
  expectEnd(cursor);
  return names;
}

function expectEnd(cursor: ByteCursor): void {
  if (cursor.left > 0) throw cursor.fail(`a section has ${cursor.left} bytes too many`);
}
