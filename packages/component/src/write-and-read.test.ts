import { itIf, whyNoCommand } from '@boxer/foundation/testing';
import { planOf } from '@boxer/translate';
import { ModuleBuilder } from '@boxer/wasm';
import { componentWit, print } from '@bytecodealliance/jco';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ComponentInvalidError,
  type ComponentParts,
  ComponentPartsError,
  ComponentUnreadableError,
  inspectComponent,
  readComponent,
  writeComponent,
} from './index.ts';
import { layoutOf } from './read/read-component.ts';
import { memorySource } from './read/byte-source.ts';
import { scanComponent } from './read/scan-component.ts';
import { hostWithJco } from './testing/jco-host.ts';
import {
  toyDataBytes,
  toyIndexBytes,
  toyPayload,
  toyProcessModule,
  toySkeleton,
  toySupportModule,
  writeToyPayload,
} from './testing/toy-box.ts';

const folder = mkdtempSync(join(tmpdir(), 'boxer-component-'));
const output = join(folder, 'image.wasm');
let parts: ComponentParts;

/** A module that is linked as packs are, and is one as far as that goes. */
function toyCodeModule(): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('process', 'memory', { minimum: 1, maximum: 65536 });
  const parameters = { place: 1, install: 3, validate: 2, invalidate: 0 };
  for (const [name, count] of Object.entries(parameters)) {
    const type = { params: Array.from({ length: count }, () => 'i32' as const), results: [] };
    module.export(
      name,
      'function',
      module.function(type, () => undefined),
    );
  }
  return module.finish();
}

/** Of two pages, and no function. */
const toyPlan = planOf({
  pages: [
    { page: 0, hash: 7 },
    { page: 1, hash: 0xffff_ffff },
  ],
  functions: [],
  instructions: 0,
});

beforeAll(async () => {
  parts = {
    skeleton: await toySkeleton(folder),
    processModule: toyProcessModule(),
    supportModule: toySupportModule(),
    codeModules: [{ bytes: toyCodeModule(), plan: toyPlan }],
    payloadFile: await writeToyPayload(folder),
    maxProcesses: 4,
    maxPayloadModuleBytes: 1500,
    metadata: {
      imageConfig: { os: 'linux' },
      boot: { entrypoint: ['/bin/sh'], env: ['A=b'], readonlyPath: ['/ctx'] },
    },
  };
  await writeComponent(parts, output);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dataSum = toyPayload()
  .subarray(toyIndexBytes)
  .reduce((sum, byte) => sum + byte, 0);

/** What the toy kernel prints: computed from the parts, not from a run. */
const expected = [
  'slots 4',
  `sum of slots ${1 + 2 + 3 + 4}`,
  `index ${toyIndexBytes}`,
  `sum of data ${dataSum}`,
  `sum at once ${dataSum}`,
  'outside 5',
  '',
].join('\n');

describe('a written component', () => {
  it('is valid WebAssembly that imports only what the kernel uses', async () => {
    const bytes = new Uint8Array(readFileSync(output));
    expect(await print(bytes)).toContain('core instance');
    const imports = [...(await componentWit(bytes)).matchAll(/import (wasi:[^;]+);/g)].map(
      (match) => match[1],
    );
    // Types of the kernel's four interfaces bring io/error and io/poll with them.
    expect(new Set(imports)).toEqual(
      new Set([
        'wasi:cli/environment@0.2.0',
        'wasi:cli/stdout@0.2.0',
        'wasi:clocks/monotonic-clock@0.2.0',
        'wasi:io/error@0.2.0',
        'wasi:io/streams@0.2.0',
      ]),
    );
    expect(readComponent(output).imports).toEqual(expect.arrayContaining(imports));
  });

  it('runs under jco and its preview2-shim, an independent host', async () => {
    const host = await hostWithJco(output, join(folder, 'jco'));
    expect(host.run()).toEqual({ stdout: expected, stderr: '', failed: false });
  }, 60_000);

  itIf(whyNoCommand('wasmtime'), 'runs under wasmtime', () => {
    expect(spawnSync('wasmtime', ['run', output], { encoding: 'utf8' }).stdout).toBe(expected);
  });

  it('has equal bytes when written again', async () => {
    const again = join(folder, 'again.wasm');
    const written = await writeComponent(parts, again);
    expect(readFileSync(again).equals(readFileSync(output))).toBe(true);
    expect(written.sizeBytes).toBe(readFileSync(output).length);
  });

  it('leaves nothing behind when writing fails', async () => {
    const broken = join(folder, 'broken.bin');
    writeFileSync(broken, toyPayload().subarray(0, 3000));
    await expect(writeComponent({ ...parts, payloadFile: broken }, join(folder, 'x.wasm'))).rejects.toThrow(
      ComponentPartsError,
    );
    await expect(writeComponent(parts, join(folder, 'absent', 'x.wasm'))).rejects.toThrow('ENOENT');
    expect(readdirSync(folder).filter((name) => name.includes('x.wasm'))).toEqual([]);
  });

  it.each([0, 129, 1.5])('refuses %d process slots', async (maxProcesses) => {
    await expect(writeComponent({ ...parts, maxProcesses }, output)).rejects.toThrow(RangeError);
  });
});

describe('readComponent', () => {
  it('finds every part where its bytes are', () => {
    const bytes = readFileSync(output);
    const layout = readComponent(output);
    const cut = ({ offset, sizeBytes }: { offset: number; sizeBytes: number }) =>
      bytes.subarray(offset, offset + sizeBytes);
    expect(cut(layout.process).equals(parts.processModule)).toBe(true);
    expect(layout.support && cut(layout.support).equals(toySupportModule())).toBe(true);
    const [code] = layout.code;
    expect(code && cut(code).equals(toyCodeModule())).toBe(true);
    expect(code?.pageHashes).toEqual([7, 0xffff_ffff]);
    const payload = layout.payload;
    expect(
      payload && Buffer.concat([cut(payload.index), ...payload.data.map(cut)]).equals(toyPayload()),
    ).toBe(true);
    // 200 bytes of index leave 1,300 for the data of the first module; 1,500 fit in each further one.
    expect(payload?.data.map(({ sizeBytes }) => sizeBytes)).toEqual([1300, 1500, 1200]);
    expect(layout.metadata.boot).toEqual({ entrypoint: ['/bin/sh'], env: ['A=b'], readonlyPath: ['/ctx'] });
  });

  it('sums up the sizes for inspect', () => {
    const summary = inspectComponent(output);
    expect(summary.parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(readFileSync(output).length);
    expect(summary.metadata.payload).toMatchObject({ indexBytes: toyIndexBytes, dataBytes: toyDataBytes });
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'too short'],
    ['text', Buffer.from('#!/bin/sh\necho'), 'not WebAssembly'],
    ['a core module', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 'a core module, not a component'],
    ['an empty component', Buffer.from([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0]), 'no section "boxer"'],
  ])('refuses %s', (_, bytes, why) => {
    const path = join(folder, 'bad.wasm');
    writeFileSync(path, bytes);
    expect(() => readComponent(path)).toThrow(ComponentInvalidError);
    expect(() => readComponent(path)).toThrow(why);
  });

  it.each([
    ['"pageHashes":[7,4294967295]', '"pageHashes":[7,4294967296]', 'no list of 32-bit numbers'],
    ['"pageHashes":[7,4294967295]', '"pageHushes":[7,4294967295]', 'no list of 32-bit numbers'],
  ])('refuses code with %s in place of %s', (from, to, why) => {
    const path = join(folder, 'bad-code.wasm');
    const bytes = readFileSync(output);
    const at = bytes.indexOf(from);
    bytes.write(to, at);
    writeFileSync(path, bytes);
    expect(at).toBeGreaterThan(0);
    expect(() => readComponent(path)).toThrow(why);
  });

  it('says when a file cannot be read', () => {
    expect(() => readComponent(join(folder, 'absent.wasm'))).toThrow(ComponentUnreadableError);
    expect(() => readComponent(folder)).toThrow(ComponentUnreadableError);
  });
});

describe('a damaged component', () => {
  /** Offsets of every section of the file, of its modules' ranges, and of its end. */
  const boundaries = (bytes: Uint8Array) => {
    const scan = scanComponent(memorySource(bytes));
    return [...scan.modules, ...scan.customs.map(({ content }) => content)].flatMap(
      ({ offset, sizeBytes }) => [offset, offset + sizeBytes],
    );
  };
  const read = (bytes: Uint8Array) => layoutOf('damaged.wasm', memorySource(bytes));

  it('is refused when cut at any section boundary or anywhere inside', () => {
    const bytes = new Uint8Array(readFileSync(output));
    const cuts = new Set(boundaries(bytes).flatMap((at) => [at - 1, at, at + 1]));
    for (let i = 1; i < 400; i++) cuts.add(Math.floor((bytes.length * i) / 400));
    for (const cut of cuts) {
      if (cut >= bytes.length) continue;
      expect(() => read(bytes.subarray(0, cut))).toThrow(ComponentInvalidError);
    }
  });

  it('is refused when a length of a core module is changed', () => {
    const original = new Uint8Array(readFileSync(output));
    for (const { offset } of scanComponent(memorySource(original)).modules) {
      for (const distance of [1, 2]) {
        for (const flip of [0x01, 0x10, 0x40, 0x80, 0xff]) {
          const bytes = original.slice();
          const at = offset - distance;
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          expect(() => read(bytes)).toThrow(ComponentInvalidError);
        }
      }
    }
  });

  it('is read or refused, never a crash, whatever byte is changed', () => {
    const original = new Uint8Array(readFileSync(output));
    for (let at = 0; at < original.length; at += 3) {
      const bytes = original.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      const outcome = attempt(() => read(bytes));
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ComponentInvalidError);
    }
  });
});

function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
