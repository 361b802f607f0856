/**
 * Runs a box inside the test process: kernel, process module and payload linked by hand, host slots implemented in
 * JavaScript. The runner does the same for real.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  cpuState,
  endKinds,
  HOST_TABLE_BASE,
  hostSlots,
  kernelFunctions,
  PROCESS_TABLE_BASE,
  PROCESS_TABLE_STRIDE,
  processFunctions,
} from '@boxer/abi';
import { packageRoot } from '../build/paths.ts';
import { type KernelMemory, testWasi } from './test-wasi.ts';
import { tinyPayload, type TreeEntry } from './tiny-payload.ts';

export interface TestBoxOptions {
  readonly files?: readonly TreeEntry[];
  /** A payload made elsewhere, instead of `files`. */
  readonly payload?: PayloadSource;
  readonly argv: readonly string[];
  readonly env?: readonly string[];
  readonly stdin?: string;
  /** Further boot keys: `['user', 'nobody']`. */
  readonly boot?: readonly (readonly [key: string, value: string])[];
  /** Leaves bulk copies, fork and inflating to what the kernel does without help of the host. */
  readonly plainHost?: boolean;
  /** Another kernel than the built one. */
  readonly kernelPath?: string;
}

export interface PayloadSource {
  readonly index: Uint8Array;
  readonly read: (offset: number, n: number) => Uint8Array;
}

export interface TestBoxResult {
  readonly exitCode: number;
  readonly end: keyof typeof endKinds;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of the `log` host slot. */
  readonly log: readonly string[];
}

const engineFolder = process.env['BOXER_ENGINE_DIST'] ?? path.join(packageRoot, '../translate/dist');
const processModulePath = path.join(engineFolder, 'process.wasm');
const supportModulePath = path.join(engineFolder, 'support.wasm');
const defaultKernelPath = path.join(packageRoot, 'dist/kernel.wasm');

/** @returns why no box can run here: what is not built yet; undefined when one can */
export function whyNoTestBox(): string | undefined {
  const missing = [processModulePath, supportModulePath, defaultKernelPath].filter(
    (file) => !existsSync(file),
  );
  return missing.length === 0 ? undefined : `not built: ${missing.join(', ')}`;
}

const modules = new Map<string, WebAssembly.Module>();

function compile(file: string): WebAssembly.Module {
  let module = modules.get(file);
  if (!module) {
    module = new WebAssembly.Module(new Uint8Array(readFileSync(file)));
    modules.set(file, module);
  }
  return module;
}

type WasmFunction = (...args: never[]) => unknown;

/** An export that must be a function. */
function functionOf(exports: Readonly<Record<string, WebAssembly.ExportValue>>, name: string): WasmFunction {
  const value = exports[name];
  if (typeof value !== 'function') throw new Error(`Cannot use the module: it exports no function ${name}`);
  return value;
}

/** Shell-style exit code of a box's end. */
function exitCodeOf(end: keyof typeof endKinds, detail: number): number {
  switch (end) {
    case 'signalled':
      return 128 + detail;
    case 'outOfFuel':
      return 152;
    case 'outOfMemory':
      return 137;
    case 'exited':
    case 'bootFailed':
      return detail;
  }
}

type SlotFunction = (...args: never[]) => number | bigint | undefined;
type SlotName = keyof typeof hostSlots;

const typeNumbers = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/**
 * Wraps a JavaScript function as a Wasm one, so that it can be put into a table: a module that imports and re-exports it.
 */
function wasmFunction(
  signature: { readonly params: readonly ('i32' | 'i64')[]; readonly result: 'i32' | 'i64' | null },
  implementation: SlotFunction,
): WasmFunction {
  const params = signature.params.map((type) => typeNumbers[type]);
  const results = signature.result === null ? [] : [typeNumbers[signature.result]];
  const type = [1, 0x60, params.length, ...params, results.length, ...results];
  const section = (id: number, body: readonly number[]): number[] => [id, body.length, ...body];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const bytes = Uint8Array.from([
    ...header,
    ...section(1, type),
    ...section(2, [1, 1, 0x6d, 1, 0x66, 0, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { f: implementation } });
  return functionOf(instance.exports, 'f');
}

/** Runs a box to its end. */
export function runTestBox(options: TestBoxOptions): TestBoxResult {
  const payload = options.payload ?? payloadOf(options.files ?? []);
  const wasi = testWasi({ args: ['boxer'], env: {}, stdin: Buffer.from(options.stdin ?? '') });
  const kernelModule = compile(options.kernelPath ?? defaultKernelPath);
  const kernel = new WebAssembly.Instance(kernelModule, completed(kernelModule, wasi.imports)).exports;
  const kernelMemory = kernel as unknown as KernelMemory;
  const table = kernel['table'] as WebAssembly.Table;
  wasi.attach(kernelMemory);
  const bytes = (): Uint8Array => new Uint8Array(kernelMemory.memory.buffer);
  const processes = new Map<number, WebAssembly.Memory>();
  const processBytes = (slot: number): Uint8Array => {
    const found = processes.get(slot);
    if (!found) throw new Error(`Cannot access process slot ${slot}: it is empty`);
    return new Uint8Array(found.buffer);
  };
  const kernelImports = Object.fromEntries(
    Object.keys(kernelFunctions)
      .filter((name) => name !== 'attach')
      .map((name) => [name, functionOf(kernel, name)]),
  );
  const log: string[] = [];
  let end: keyof typeof endKinds | undefined;
  let detail = 0;

  const boot = Buffer.from(
    [
      ...options.argv.map((arg) => ['cmd', arg] as const),
      ...(options.env ?? []).map((variable) => ['env', variable] as const),
      ...(options.boot ?? []),
    ]
      .map(([key, value]) => `${key}=${value}\0`)
      .join(''),
  );

  const slots: Partial<Record<SlotName, SlotFunction>> = {
    payloadIndex: (at: number, n: number) => {
      const piece = payload.index.subarray(0, n);
      bytes().set(piece, at);
      return piece.length;
    },
    payloadData: (offset: bigint, n: number, at: number) => {
      bytes().set(payload.read(Number(offset), n), at);
      return 0;
    },
    newProcess: (slot: number) => {
      const support = new WebAssembly.Instance(compile(supportModulePath), {}).exports;
      const instance = new WebAssembly.Instance(compile(processModulePath), {
        kernel: kernelImports,
        support,
      });
      processes.set(slot, instance.exports['memory'] as WebAssembly.Memory);
      for (const [name, { index }] of Object.entries(processFunctions)) {
        table.set(
          PROCESS_TABLE_BASE + slot * PROCESS_TABLE_STRIDE + index,
          functionOf(instance.exports, name),
        );
      }
      return 0;
    },
    freeProcess: (slot: number) => {
      processes.delete(slot);
      return undefined;
    },
    copyProcess: (to: number, from: number, offset: number, n: number) => {
      const start = offset >>> 0;
      processBytes(to).set(processBytes(from).subarray(start, start + (n >>> 0)), start);
      return undefined;
    },
    bulkIn: (slot: number, offset: number, at: number, n: number) => {
      processBytes(slot).set(bytes().subarray(at >>> 0, (at >>> 0) + n), offset >>> 0);
      return undefined;
    },
    bulkOut: (slot: number, offset: number, at: number, n: number) => {
      bytes().set(processBytes(slot).subarray(offset >>> 0, (offset >>> 0) + n), at >>> 0);
      return undefined;
    },
    bootConfig: (at: number, capacity: number) => {
      if (boot.length <= capacity) bytes().set(boot, at);
      return boot.length;
    },
    log: (at: number, n: number) => {
      log.push(Buffer.from(bytes().slice(at, at + n)).toString('latin1'));
      return undefined;
    },
    ended: (kind: number, why: number) => {
      end = (Object.keys(endKinds) as (keyof typeof endKinds)[]).find((name) => endKinds[name] === kind);
      detail = why;
      return undefined;
    },
  };
  if (options.plainHost) {
    for (const name of ['copyProcess', 'bulkIn', 'bulkOut'] as const) delete slots[name];
  }
  for (const [name, implementation] of Object.entries(slots) as [SlotName, SlotFunction][]) {
    const { index, params, result } = hostSlots[name];
    table.set(HOST_TABLE_BASE + index, wasmFunction({ params, result }, implementation));
  }

  functionOf(kernel, '_initialize')();
  try {
    functionOf(kernel, 'run')();
  } catch (cause) {
    throw new Error(`The box trapped: ${String(cause)}\n${describe(processes)}\n${log.join('\n')}`, {
      cause,
    });
  }
  if (!end) throw new Error(`The box did not tell how it ended\n${log.join('\n')}`);
  return {
    exitCode: exitCodeOf(end, detail),
    end,
    stdout: wasi.stdout().toString('utf8'),
    stderr: wasi.stderr().toString('utf8'),
    log,
  };
}

function payloadOf(files: readonly TreeEntry[]): PayloadSource {
  const { index, data } = tinyPayload(files);
  return { index, read: (offset, n) => data.subarray(offset, offset + n) };
}

/** Adds functions that throw for what the kernel imports and tests do not offer. */
function completed(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Imports {
  const all: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const refuse = (): never => {
      throw new Error(`Cannot call ${from} ${name}: tests do not offer it`);
    };
    all[from] = { ...all[from], [name]: imports[from]?.[name] ?? refuse };
  }
  return all;
}

/** Program counters, for traps. */
function describe(processes: ReadonlyMap<number, WebAssembly.Memory>): string {
  return [...processes]
    .map(([slot, memory]) => {
      const view = new DataView(memory.buffer);
      return `slot ${slot}: pc 0x${view.getBigUint64(cpuState.pc, true).toString(16)}`;
    })
    .join('\n');
}
