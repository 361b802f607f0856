/** A box small enough to read: toy kernel, toy process module, toy payload. For tests only. */
import {
  HOST_TABLE_BASE,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadHeader,
  PROCESS_TABLE_BASE,
  processFunctions,
} from '@boxer/abi';
import { ByteWriter, encodeSection, ModuleBuilder, sectionBody, sectionIds, sectionsOf } from '@boxer/wasm';
import asc from 'assemblyscript/asc';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSkeleton } from '../skeleton/build-skeleton.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Compiles the toy kernel and wraps it. */
export async function toySkeleton(folder: string): Promise<Uint8Array> {
  const output = join(folder, 'toy-kernel.wasm');
  const options = ['-O3', '--runtime', 'stub', '--exportTable', '--use', 'abort=', '--outFile', output];
  const { error } = await asc.main([join(fixtures, 'toy-kernel.ts'), ...options]);
  if (error) throw error;
  return buildSkeleton(withLargeTable(new Uint8Array(await readFile(output))));
}

/** Room for host slots and 128 process slots, as the real kernel has. */
function withLargeTable(module: Uint8Array): Uint8Array {
  const out = new ByteWriter(module.length).bytes(module.subarray(0, 8));
  const table = new ByteWriter()
    .bytes([1, 0x70, 0])
    .unsigned(PROCESS_TABLE_BASE + 128 * 32)
    .finish();
  for (const section of sectionsOf(module)) {
    out.bytes(
      encodeSection(section.id, section.id === sectionIds.table ? table : sectionBody(module, section)),
    );
  }
  return out.finish();
}

/** Registers load64 and store64 over a memory of its own; calls `support` once. */
export function toyProcessModule(): Uint8Array {
  const module = new ModuleBuilder();
  const table = module.importTable('kernel', 'table', { minimum: HOST_TABLE_BASE });
  const attach = module.importFunction('kernel', 'attach', { params: [], results: ['i32'] });
  const same = module.importFunction('support', 'same', { params: ['i64'], results: ['i64'] });
  module.export('memory', 'memory', module.memory({ minimum: 1, maximum: 65536 }));
  const load = module.function({ params: ['i32'], results: ['i64'] }, (f) => {
    f.get(0).memory('i64.load').call(same);
  });
  const store = module.function({ params: ['i32', 'i64'], results: [] }, (f) => {
    f.get(0).get(1).memory('i64.store');
  });
  const start = module.function({ params: [], results: [] }, (f) => {
    const base = f.local('i32');
    f.call(attach).set(base);
    f.get(base).i32(processFunctions.load64.index).op('i32.add').refFunction(load).tableSet(table);
    f.get(base).i32(processFunctions.store64.index).op('i32.add').refFunction(store).tableSet(table);
  });
  module.declareReferences([load, store]);
  module.start(start);
  return module.finish();
}

/** `same(x) = x`. */
export function toySupportModule(): Uint8Array {
  const module = new ModuleBuilder();
  const same = module.function({ params: ['i64'], results: ['i64'] }, (f) => f.get(0));
  module.export('same', 'function', same);
  return module.finish();
}

export const toyIndexBytes = 200;
export const toyDataBytes = 4000;

/** A payload whose header is right and whose data is `i * 7 mod 251`. */
export function toyPayload(): Uint8Array {
  const bytes = Buffer.alloc(toyIndexBytes + toyDataBytes);
  bytes.writeUInt32LE(PAYLOAD_MAGIC, payloadHeader.magic);
  bytes.writeUInt32LE(PAYLOAD_VERSION, payloadHeader.version);
  bytes.writeBigUInt64LE(BigInt(toyIndexBytes), payloadHeader.indexBytes);
  bytes.writeBigUInt64LE(BigInt(toyDataBytes), payloadHeader.dataBytes);
  for (let i = 0; i < toyDataBytes; i++) bytes[toyIndexBytes + i] = (i * 7) % 251;
  return bytes;
}

/** Writes the toy payload. @returns its path */
export async function writeToyPayload(folder: string): Promise<string> {
  const path = join(folder, 'payload.bin');
  await writeFile(path, toyPayload());
  return path;
}
