import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

export const MODULE_HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
/** @source WebAssembly component-model, Binary.md (version 0xd, layer 1) */
export const COMPONENT_HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);

/** One section of a module or component: `bytes.subarray(start, end)` is the section with its header. */
export interface Section {
  readonly id: number;
  /** Offset of the id. */
  readonly start: number;
  /** Offset of the content, behind id and length. */
  readonly bodyStart: number;
  readonly end: number;
}

const startsWith = (bytes: Uint8Array, header: Uint8Array) => header.every((byte, i) => bytes[i] === byte);

/** @returns whether the bytes start like a core module */
export function isModule(bytes: Uint8Array): boolean {
  return startsWith(bytes, MODULE_HEADER);
}

/** @returns whether the bytes start like a component */
export function isComponent(bytes: Uint8Array): boolean {
  return startsWith(bytes, COMPONENT_HEADER);
}

/**
 * Lists the sections of a module or component, in order, without looking into them.
 *
 * @throws {@link MalformedWasmError} when the header is neither's or a section is cut off
 */
export function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes, 'WebAssembly sections');
  if (!isModule(bytes) && !isComponent(bytes))
    reader.fail('the header is neither a module’s nor a component’s');
  reader.at = MODULE_HEADER.length;
  const sections: Section[] = [];
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.unsigned();
    const bodyStart = reader.at;
    reader.take(length);
    sections.push({ id, start, bodyStart, end: reader.at });
  }
  return sections;
}

/** @returns the content of a section */
export function sectionBody(bytes: Uint8Array, section: Section): Uint8Array {
  return bytes.subarray(section.bodyStart, section.end);
}

/** @returns a section with its header */
export function encodeSection(id: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new ByteWriter(body.length + 6).byte(id).unsigned(body.length).bytes(body).finish();
}

/** @returns a custom section, valid in modules and components */
export function customSection(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeSection(0, new ByteWriter(content.length + name.length + 8).name(name).bytes(content).view());
}

/** @returns the content of the first custom section of that name, at the top level */
export function findCustomSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  for (const section of sectionsOf(bytes)) {
    if (section.id !== 0) continue;
    const reader = new ByteReader(bytes, 'custom section', section.bodyStart, section.end);
    if (reader.name() === name) return bytes.subarray(reader.at, section.end);
  }
  return undefined;
}
