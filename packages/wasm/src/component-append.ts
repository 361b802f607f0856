import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { encodeSection, type Section, sectionsOf } from './sections.ts';

/** @source WebAssembly component-model, Binary.md, "Component Definitions" */
export const componentSectionIds = {
  custom: 0,
  coreModule: 1,
  coreInstance: 2,
  coreType: 3,
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canonical: 8,
  start: 9,
  import: 10,
  export: 11,
} as const;

/** Sizes of a component's core index spaces at its end: the index of what is appended next. */
export interface CoreCounts {
  readonly modules: number;
  readonly instances: number;
}

/**
 * Counts core modules and core instances that a component defines.
 *
 * @throws {@link MalformedWasmError} when a section is malformed
 */
export function countCore(
  component: Uint8Array,
  sections: readonly Section[] = sectionsOf(component),
): CoreCounts {
  let modules = 0;
  let instances = 0;
  for (const section of sections) {
    if (section.id === componentSectionIds.coreModule) modules += 1;
    if (section.id !== componentSectionIds.coreInstance) continue;
    instances += new ByteReader(
      component,
      'core instance section',
      section.bodyStart,
      section.end,
    ).unsigned();
  }
  return { modules, instances };
}

/** @returns a component section that holds a core module, to be appended to a component */
export function coreModuleSection(module: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeSection(componentSectionIds.coreModule, module);
}

/** A core instance: a module's index, and for each import module name the index of the core instance that gives it. */
export interface CoreInstantiation {
  readonly module: number;
  readonly arguments: Readonly<Record<string, number>>;
}

/** @returns a component section that instantiates core modules, in order */
export function coreInstanceSection(instantiations: readonly CoreInstantiation[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().unsigned(instantiations.length);
  for (const { module, arguments: given } of instantiations) {
    const entries = Object.entries(given);
    out.byte(0).unsigned(module).unsigned(entries.length);
    for (const [name, instance] of entries) out.name(name).byte(0x12).unsigned(instance);
  }
  return encodeSection(componentSectionIds.coreInstance, out.view());
}
