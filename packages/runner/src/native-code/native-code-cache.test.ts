import { itIf } from '@boxer/foundation/testing';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ModuleBuilder } from '@boxer/wasm';
import { codeFileName, decodeCodeFile, encodeCodeFile } from './code-file.ts';
import { v8Intrinsics } from './intrinsics.ts';
import { NativeCodeCache } from './native-code-cache.ts';

/** A module of which the host's compiler must have seen the right bytes: add(a, b) = a + b + constant. */
function moduleAdding(constant: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = { params: ['i32', 'i32'], results: ['i32'] } as const;
  builder.export(
    'add',
    'function',
    builder.function(type, (f) => f.get(0).get(1).op('i32.add').i32(constant).op('i32.add')),
  );
  return builder.finish();
}

function add(module: WebAssembly.Module, a: number, b: number): unknown {
  const exported = new WebAssembly.Instance(module, {}).exports['add'];
  return typeof exported === 'function' ? (exported as (a: number, b: number) => number)(a, b) : undefined;
}

const compiler = fileURLToPath(new URL('../../dist/bundle/native-compiler.js', import.meta.url));
const whyNotKept = !existsSync(compiler)
  ? 'Boxer is not built'
  : v8Intrinsics() === undefined
    ? 'this Node gives no machine code away'
    : undefined;

describe('NativeCodeCache', () => {
  let directory: string;
  const bytes = moduleAdding(7);

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'boxer-native-code-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What the compiler program leaves in the folder, run to its end. */
  function compileFor(name: string, module: Uint8Array): void {
    writeFileSync(join(directory, `${name}.wasm`), module);
    execFileSync(process.execPath, [...process.execArgv, compiler, directory, name]);
  }

  it('compiles without a folder, and writes nothing', () => {
    const cache = new NativeCodeCache(undefined);
    expect(add(cache.compile(bytes), 1, 2)).toBe(10);
    cache.fill();
    expect(readdirSync(directory)).toEqual([]);
  });

  itIf(
    whyNotKept,
    'fills the folder in another process, and takes the code from it',
    async () => {
      const cache = new NativeCodeCache(directory);
      expect(add(cache.compile(bytes), 1, 2)).toBe(10);
      cache.fill();
      const path = join(directory, codeFileName(bytes));
      for (let waits = 0; !existsSync(path) && waits < 600; waits++) await setTimeout(50);
      const code = decodeCodeFile(readFileSync(path));
      // V8 itself says whether the code fits the module.
      expect(code && v8Intrinsics()?.deserialize(code, bytes)).toBeDefined();
      expect(add(new NativeCodeCache(directory).compile(bytes), 30, 5)).toBe(42);
    },
    60_000,
  );

  itIf(whyNotKept, 'compiles what is damaged anew', () => {
    const name = codeFileName(bytes);
    compileFor(name, bytes);
    const path = join(directory, name);
    const file = readFileSync(path);
    for (const damaged of [
      file.subarray(0, 50),
      file.map((byte, i) => (i === file.length - 9 ? byte ^ 1 : byte)),
    ]) {
      expect(decodeCodeFile(damaged)).toBeUndefined();
      writeFileSync(path, damaged);
      expect(add(new NativeCodeCache(directory).compile(bytes), 1, 2)).toBe(10);
    }
  });

  it('has another name for every module', () => {
    expect(codeFileName(moduleAdding(8))).not.toBe(codeFileName(bytes));
  });

  it('takes no code from a folder that others can write to', () => {
    writeFileSync(join(directory, codeFileName(bytes)), encodeCodeFile(Buffer.from('not code at all')));
    chmodSync(directory, 0o777);
    expect(add(new NativeCodeCache(directory).compile(bytes), 1, 2)).toBe(10);
  });
});
