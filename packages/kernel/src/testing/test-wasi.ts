/**
 * The part of WASI 0.2 that the kernel imports, lowered by hand, synchronous, in memory: for tests only.
 */
export interface TestWasiOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
}

export interface TestWasi {
  readonly imports: WebAssembly.Imports;
  /** Call once the kernel exists. */
  attach(exports: KernelMemory): void;
  stdout(): Buffer;
  stderr(): Buffer;
}

export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly cabi_realloc: (old: number, oldSize: number, align: number, size: number) => number;
}

const STDIN = 1;
const STDOUT = 2;
const STDERR = 3;
const STDIN_POLLABLE = 1;

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

function sleep(nanoseconds: bigint): void {
  Atomics.wait(sleepCell, 0, 0, Number(nanoseconds) / 1e6);
}

/** Makes the imports of one kernel instance. */
export function testWasi(options: TestWasiOptions): TestWasi {
  let kernel: KernelMemory | undefined;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let stdinAt = 0;
  let nextPollable = 2;
  const deadlines = new Map<number, bigint>();

  const exportsOf = (): KernelMemory => {
    if (!kernel) throw new Error('Cannot serve WASI: the kernel is not attached');
    return kernel;
  };
  const view = (): DataView => new DataView(exportsOf().memory.buffer);
  const bytes = (): Uint8Array => new Uint8Array(exportsOf().memory.buffer);
  const place = (content: Uint8Array): number => {
    const at = exportsOf().cabi_realloc(0, 0, 1, content.length);
    bytes().set(content, at);
    return at;
  };
  const now = (): bigint => process.hrtime.bigint();
  const isReady = (pollable: number): boolean => {
    const deadline = deadlines.get(pollable);
    return deadline === undefined ? pollable === STDIN_POLLABLE : now() >= deadline;
  };
  const block = (pollables: readonly number[]): void => {
    if (pollables.some(isReady)) return;
    const times = pollables.flatMap((pollable) => deadlines.get(pollable) ?? []);
    const first = times.reduce((a, b) => (a < b ? a : b));
    const wait = first - now();
    if (wait > 0n) sleep(wait);
  };

  const imports: WebAssembly.Imports = {
    'wasi:clocks/monotonic-clock@0.2.0': {
      now,
      'subscribe-duration': (duration: bigint): number => {
        const pollable = nextPollable++;
        deadlines.set(pollable, now() + duration);
        return pollable;
      },
    },
    'wasi:clocks/wall-clock@0.2.0': {
      now: (result: number): void => {
        const milliseconds = Date.now();
        view().setBigUint64(result, BigInt(Math.floor(milliseconds / 1000)), true);
        view().setUint32(result + 8, (milliseconds % 1000) * 1e6, true);
      },
    },
    'wasi:random/random@0.2.0': {
      'get-random-u64': (): bigint =>
        BigInt.asIntN(64, BigInt(Math.floor(Math.random() * 2 ** 53)) * 2685821657736338717n),
    },
    'wasi:cli/stdin@0.2.0': { 'get-stdin': () => STDIN },
    'wasi:cli/stdout@0.2.0': { 'get-stdout': () => STDOUT },
    'wasi:cli/stderr@0.2.0': { 'get-stderr': () => STDERR },
    'wasi:cli/terminal-stdin@0.2.0': {
      'get-terminal-stdin': (result: number): void => view().setUint8(result, 0),
    },
    'wasi:cli/terminal-stdout@0.2.0': {
      'get-terminal-stdout': (result: number): void => view().setUint8(result, 0),
    },
    'wasi:io/streams@0.2.0': {
      '[method]output-stream.blocking-write-and-flush': (
        stream: number,
        at: number,
        n: number,
        result: number,
      ): void => {
        (stream === STDOUT ? out : err).push(Buffer.from(bytes().slice(at, at + n)));
        view().setUint8(result, 0);
      },
      '[method]input-stream.subscribe': () => STDIN_POLLABLE,
      '[method]input-stream.read': (_stream: number, n: bigint, result: number): void => {
        const piece = options.stdin.subarray(stdinAt, stdinAt + Number(n));
        stdinAt += piece.length;
        if (piece.length === 0) {
          view().setUint8(result, 1);
          view().setUint8(result + 4, 1); // closed
          return;
        }
        const at = place(piece);
        view().setUint8(result, 0);
        view().setUint32(result + 4, at, true);
        view().setUint32(result + 8, piece.length, true);
      },
      '[resource-drop]input-stream': () => undefined,
      '[resource-drop]output-stream': () => undefined,
    },
    'wasi:io/poll@0.2.0': {
      '[method]pollable.ready': (pollable: number): number => (isReady(pollable) ? 1 : 0),
      '[method]pollable.block': (pollable: number): void => block([pollable]),
      '[resource-drop]pollable': (pollable: number): void => {
        deadlines.delete(pollable);
      },
      poll: (list: number, count: number, result: number): void => {
        const pollables = Array.from({ length: count }, (_, n) => view().getInt32(list + n * 4, true));
        block(pollables);
        const ready = pollables.flatMap((pollable, n) => (isReady(pollable) ? [n] : []));
        const at = exportsOf().cabi_realloc(0, 0, 4, ready.length * 4);
        for (const [n, index] of ready.entries()) view().setUint32(at + n * 4, index, true);
        view().setUint32(result, at, true);
        view().setUint32(result + 4, ready.length, true);
      },
    },
    'wasi:cli/environment@0.2.0': {
      'get-arguments': (result: number): void => {
        const strings = options.args.map((arg) => Buffer.from(arg));
        const list = exportsOf().cabi_realloc(0, 0, 4, strings.length * 8);
        for (const [n, text] of strings.entries()) {
          const at = place(text);
          view().setUint32(list + n * 8, at, true);
          view().setUint32(list + n * 8 + 4, text.length, true);
        }
        view().setUint32(result, list, true);
        view().setUint32(result + 4, strings.length, true);
      },
      'get-environment': (result: number): void => {
        const pairs = Object.entries(options.env);
        const list = exportsOf().cabi_realloc(0, 0, 4, pairs.length * 16);
        for (const [n, pair] of pairs.entries()) {
          for (const [half, text] of pair.entries()) {
            const content = Buffer.from(text);
            const at = place(content);
            view().setUint32(list + n * 16 + half * 8, at, true);
            view().setUint32(list + n * 16 + half * 8 + 4, content.length, true);
          }
        }
        view().setUint32(result, list, true);
        view().setUint32(result + 4, pairs.length, true);
      },
    },
    'wasi:filesystem/preopens@0.2.0': {
      'get-directories': (result: number): void => {
        view().setUint32(result, 0, true);
        view().setUint32(result + 4, 0, true);
      },
    },
  };
  return {
    imports,
    attach(exports) {
      kernel = exports;
    },
    stdout: () => Buffer.concat(out),
    stderr: () => Buffer.concat(err),
  };
}
