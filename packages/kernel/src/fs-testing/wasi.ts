import { randomFillSync } from 'node:crypto';

/** The kernel's memory and allocator, known only after instantiation. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, align: number, size: number): number;
}

/** What the kernel wrote, and what it will read. */
export interface Streams {
  readonly output: Uint8Array[];
  input: Uint8Array;
  /** No more input will come. */
  inputEnded: boolean;
}

export type HostFunctions = Record<string, Record<string, (...args: never[]) => unknown>>;

/** A WASI host just large enough for a kernel without host directories: clocks, random bytes, streams in memory. */
export function wasiImports(kernel: () => KernelExports, streams: Streams): HostFunctions {
  const view = (): DataView => new DataView(kernel().memory.buffer);
  return {
    'wasi:clocks/monotonic-clock@0.2.0': {
      now: () => process.hrtime.bigint(),
      'subscribe-duration': () => 1,
    },
    'wasi:clocks/wall-clock@0.2.0': {
      now: (result: number) => {
        const now = Date.now();
        view().setBigUint64(result, BigInt(Math.floor(now / 1000)), true);
        view().setUint32(result + 8, (now % 1000) * 1_000_000, true);
      },
    },
    'wasi:random/random@0.2.0': { 'get-random-u64': () => randomFillSync(new BigUint64Array(1))[0] ?? 0n },
    'wasi:cli/stdin@0.2.0': { 'get-stdin': () => 1 },
    'wasi:cli/stdout@0.2.0': { 'get-stdout': () => 2 },
    'wasi:cli/stderr@0.2.0': { 'get-stderr': () => 3 },
    'wasi:cli/terminal-stdin@0.2.0': { 'get-terminal-stdin': (result: number) => view().setUint8(result, 0) },
    'wasi:cli/terminal-stdout@0.2.0': {
      'get-terminal-stdout': (result: number) => view().setUint8(result, 0),
    },
    'wasi:filesystem/preopens@0.2.0': {
      'get-directories': (result: number) => view().setUint32(result + 4, 0, true),
    },
    'wasi:io/poll@0.2.0': {
      poll: (_list: number, _count: number, result: number) => view().setUint32(result + 4, 0, true),
      '[method]pollable.ready': () => (streams.input.length > 0 || streams.inputEnded ? 1 : 0),
    },
    'wasi:io/streams@0.2.0': {
      '[method]input-stream.subscribe': () => 1,
      '[method]input-stream.read': (_self: number, length: bigint, result: number) => {
        const part = streams.input.slice(0, Number(length));
        streams.input = streams.input.slice(part.length);
        if (part.length === 0 && streams.inputEnded) {
          view().setUint8(result, 1);
          view().setUint8(result + 4, 1);
          return;
        }
        const at = kernel().cabi_realloc(0, 0, 1, part.length);
        new Uint8Array(kernel().memory.buffer).set(part, at);
        view().setUint8(result, 0);
        view().setUint32(result + 4, at, true);
        view().setUint32(result + 8, part.length, true);
      },
      '[method]output-stream.blocking-write-and-flush': (
        _self: number,
        at: number,
        length: number,
        result: number,
      ) => {
        streams.output.push(new Uint8Array(kernel().memory.buffer).slice(at, at + length));
        view().setUint8(result, 0);
      },
    },
  };
}
