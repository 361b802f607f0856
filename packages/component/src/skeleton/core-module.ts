import {
  ByteReader,
  ByteWriter,
  encodeSection,
  MODULE_HEADER,
  sectionBody,
  sectionIds,
  sectionsOf,
} from '@boxer/wasm';

/** A function that a core module imports. */
export interface CoreImport {
  readonly module: string;
  readonly name: string;
}

/** Imports of a core module, in order. @throws when the module imports anything but functions */
export function functionImports(module: Uint8Array): CoreImport[] {
  const found = sectionsOf(module).find(({ id }) => id === sectionIds.import);
  if (found === undefined) return [];
  const reader = new ByteReader(module, 'imports', found.bodyStart, found.end);
  const imports: CoreImport[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const entry = { module: reader.name(), name: reader.name() };
    if (reader.byte() !== 0) reader.fail(`import ${entry.module} ${entry.name} is not a function`);
    reader.unsigned();
    imports.push(entry);
  }
  return imports;
}

/** Renames exports: AssemblyScript cannot export names that are not identifiers. */
export function renameExports(module: Uint8Array, names: Readonly<Record<string, string>>): Uint8Array {
  const out = new ByteWriter(module.length + 256).bytes(MODULE_HEADER);
  for (const section of sectionsOf(module)) {
    const body = sectionBody(module, section);
    out.bytes(encodeSection(section.id, section.id === sectionIds.export ? renamed(body, names) : body));
  }
  return out.finish();
}

function renamed(body: Uint8Array, names: Readonly<Record<string, string>>): Uint8Array {
  const reader = new ByteReader(body, 'exports');
  const count = reader.unsigned();
  const out = new ByteWriter(body.length + 64).unsigned(count);
  for (let left = count; left > 0; left--) {
    const name = reader.name();
    out
      .name(names[name] ?? name)
      .byte(reader.byte())
      .unsigned(reader.unsigned());
  }
  return out.finish();
}
