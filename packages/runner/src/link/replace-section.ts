import { ByteWriter, encodeSection, type Section } from '@boxer/wasm';

/** @returns a copy of a module in which a section has another body */
export function replaceSection(
  module: Uint8Array,
  { id, start, end }: Section,
  body: Uint8Array,
): Uint8Array {
  return new ByteWriter(module.length + 16)
    .bytes(module.subarray(0, start))
    .bytes(encodeSection(id, body))
    .bytes(module.subarray(end))
    .finish();
}
