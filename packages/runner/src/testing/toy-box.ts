/** A component around the toy kernel of fixtures/, and small programs in it. For tests only. */
import {
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadHeader,
  PROCESS_TABLE_BASE,
  processFunctions,
} from '@boxer/abi';
import { writeComponent } from '@boxer/component';
import {
  ByteWriter,
  COMPONENT_HEADER,
  coreInstanceSection,
  coreModuleSection,
  encodeSection,
  ModuleBuilder,
  sectionBody,
  sectionIds,
  sectionsOf,
} from '@boxer/wasm';
import asc from 'assemblyscript/asc';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Compiles the toy kernel, with room in its table and the export name that components give it. */
async function toyKernel(folder: string): Promise<Uint8Array> {
  const output = join(folder, 'toy-kernel.wasm');
  const options = ['-O3', '--runtime', 'stub', '--exportTable', '--use', 'abort=', '--outFile', output];
  const { error } = await asc.main([join(fixtures, 'toy-kernel.ts'), ...options]);
  if (error) throw error;
  const module = new Uint8Array(await readFile(output));
  const out = new ByteWriter(module.length).bytes(module.subarray(0, 8));
  for (const section of sectionsOf(module)) {
    const body = sectionBody(module, section);
    out.bytes(encodeSection(section.id, patched(section.id, body)));
  }
  return out.finish();
}

function patched(id: number, body: Uint8Array): Uint8Array {
  if (id === sectionIds.table)
    return new ByteWriter().bytes([1, 0x70, 0]).unsigned(PROCESS_TABLE_BASE).finish();
  if (id !== sectionIds.export) return body;
  const run = new ByteWriter().name('run').finish();
  const at = Buffer.from(body).indexOf(run);
  const named = new ByteWriter().name('wasi:cli/run@0.2.0#run').finish();
  return Buffer.concat([body.subarray(0, at), named, body.subarray(at + run.length)]);
}

/** load64 and store64 over a memory of its own. */
function toyProcessModule(): Uint8Array {
  const module = new ModuleBuilder();
  const table = module.importTable('kernel', 'table', { minimum: 1 });
  const attach = module.importFunction('kernel', 'attach', { params: [], results: ['i32'] });
  module.importFunction('kernel', 'counter', { params: [], results: ['i64'] });
  module.export('memory', 'memory', module.memory({ minimum: 130, maximum: 65536 }));
  const load = module.function({ params: ['i32'], results: ['i64'] }, (f) => f.get(0).memory('i64.load'));
  const store = module.function({ params: ['i32', 'i64'], results: [] }, (f) =>
    f.get(0).get(1).memory('i64.store'),
  );
  const start = module.function({ params: [], results: [] }, (f) => {
    for (const [{ index }, target] of [
      [processFunctions.load64, load],
      [processFunctions.store64, store],
    ] as const) {
      f.call(attach).i32(index).op('i32.add').refFunction(target).tableSet(table);
    }
  });
  module.declareReferences([load, store]);
  module.start(start);
  return module.finish();
}

/** The kernel as the only module and instance of a component: enough for our own linker. */
function toySkeleton(kernel: Uint8Array): Uint8Array {
  return Buffer.concat([
    COMPONENT_HEADER,
    coreModuleSection(kernel),
    coreInstanceSection([{ module: 0, arguments: {} }]),
  ]);
}

const indexBytes = 100;

/** Two blocks: 60 bytes deflated, 6 bytes stored. The u32 behind the header is the stored size of the first. */
function toyPayload(): Uint8Array {
  const first = deflateRawSync('hello payload\n'.repeat(5).slice(0, 60));
  const data = Buffer.concat([first, Buffer.from('plain\n')]);
  const index = Buffer.alloc(indexBytes);
  index.writeUInt32LE(PAYLOAD_MAGIC, payloadHeader.magic);
  index.writeUInt32LE(PAYLOAD_VERSION, payloadHeader.version);
  index.writeBigUInt64LE(BigInt(indexBytes), payloadHeader.indexBytes);
  index.writeBigUInt64LE(BigInt(data.length), payloadHeader.dataBytes);
  index.writeUInt32LE(first.length, 96);
  return Buffer.concat([index, data]);
}

/** Writes the toy component. @returns its path */
export async function writeToyBox(folder: string): Promise<string> {
  const payloadFile = join(folder, 'payload.bin');
  await writeFile(payloadFile, toyPayload());
  const path = join(folder, 'toy.wasm');
  await writeComponent(
    {
      skeleton: toySkeleton(await toyKernel(folder)),
      processModule: toyProcessModule(),
      payloadFile,
      maxPayloadModuleBytes: 110,
      metadata: {
        imageConfig: {},
        boot: {
          entrypoint: ['/entry'],
          cmd: ['boot', 'second'],
          env: ['PATH=/bin'],
          cwd: '/work',
          tmpfs: ['/run'],
        },
      },
    },
    path,
  );
  return path;
}
