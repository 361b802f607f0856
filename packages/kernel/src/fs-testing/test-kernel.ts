import { GUEST_BIAS, HOST_TABLE_BASE, hostSlots, PROCESS_TABLE_BASE, processFunctions } from '@boxer/abi';
import { syscalls } from '../syscalls.table.ts';
import { compiledModules } from './compile.ts';
import { hostSlotModule } from './host-slot-module.ts';
import { type HostFunctions, type KernelExports, type Streams, wasiImports } from './wasi.ts';

const numbers = new Map(syscalls.map((row) => [row.name, row.number]));

/** What a handler returns when it would block. */
export const BLOCK = -(2n ** 63n) + 1n;

interface TestExports extends KernelExports {
  _initialize(): void;
  testBoot(uid: number): number;
  testThread(): number;
  testCall(which: number, number: number, ...args: readonly bigint[]): bigint;
  testIsRunnable(which: number): number;
  testSetUser(which: number, uid: number, gid: number): void;
  testAllocate(n: number): number;
  testCollect(): void;
  exportChanges(): number;
  consoleHasReader(): number;
  consoleInput(): void;
  inflate(from: number, length: number, to: number, capacity: number): number;
  readonly table: WebAssembly.Table;
}

/** Host slots a test wants to replace. */
export type HostSlots = Partial<Record<keyof typeof hostSlots, (...args: never[]) => unknown>>;

export interface TestKernelOptions {
  readonly uid?: number;
  /** Boot keys, `key=value` each. */
  readonly boot?: readonly string[];
  readonly payload?: { readonly index: Uint8Array; readonly data: Uint8Array };
  readonly slots?: HostSlots;
  readonly imports?: HostFunctions;
  /** Called with the kernel's exports before it boots. */
  readonly onExports?: (exports: TestKernel['exports']) => void;
}

/** An argument of a system call: numbers go as they are, strings and bytes are put into the guest's memory. */
export type CallArgument = number | bigint | string | Uint8Array;

/** Adds functions that throw for what the kernel imports and the test does not offer. */
function completed(module: WebAssembly.Module, provided: HostFunctions): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const refuse = (): never => {
      throw new Error(`Cannot call ${from} ${name}: the test has no such function`);
    };
    const found = provided[from]?.[name] as ((...args: unknown[]) => unknown) | undefined;
    (imports[from] ??= {})[name] = found ?? refuse;
  }
  return imports;
}

/** The kernel with one task, driven by system calls from outside. */
export class TestKernel {
  /** Guest addresses handed out for arguments: from here up, anew for each call. */
  private scratchAt = 0x10000;

  private constructor(
    readonly exports: TestExports,
    private readonly guest: WebAssembly.Memory,
    readonly streams: Streams,
    /** The change stream, as far as it came. */
    readonly changes: Uint8Array[],
  ) {}

  static async boot(options: TestKernelOptions = {}): Promise<TestKernel> {
    const { kernel, process } = await compiledModules();
    const streams: Streams = { output: [], input: new Uint8Array(), inputEnded: false };
    const late: { exports?: TestExports } = {};
    const exportsNow = (): TestExports => {
      if (!late.exports) throw new Error('Cannot call the kernel before it is there');
      return late.exports;
    };
    const provided = { ...wasiImports(exportsNow, streams), ...options.imports };
    const instance = new WebAssembly.Instance(kernel, completed(kernel, provided));
    const exports = instance.exports as unknown as TestExports;
    late.exports = exports;
    options.onExports?.(exports);
    const guest = new WebAssembly.Instance(process, {
      kernel: instance.exports as WebAssembly.ModuleImports,
    });
    for (const [name, { index }] of Object.entries(processFunctions)) {
      exports.table.set(PROCESS_TABLE_BASE + index, guest.exports[name]);
    }
    const memory = guest.exports['memory'] as WebAssembly.Memory;
    const made = new TestKernel(exports, memory, streams, []);
    const slots: HostSlots = { ...made.defaultSlots(options), ...options.slots };
    for (const [name, slot] of Object.entries(slots)) {
      const { index } = hostSlots[name as keyof typeof hostSlots];
      exports.table.set(HOST_TABLE_BASE + index, await hostSlotModule(name as keyof typeof hostSlots, slot));
    }
    exports._initialize();
    if (exports.testBoot(options.uid ?? 0) !== 1) throw new Error(`Cannot boot: ${made.outputText()}`);
    return made;
  }

  private defaultSlots({ boot = [], payload }: TestKernelOptions): HostSlots {
    const config = Buffer.from(boot.map((row) => `${row}\0`).join(''));
    return {
      bootConfig: (at: number, capacity: number) => {
        if (config.length <= capacity) this.kernelBytes().set(config, at);
        return config.length;
      },
      payloadIndex: (at: number, n: number) => {
        const part = payload ? payload.index.subarray(0, n) : new Uint8Array();
        this.kernelBytes().set(part, at);
        return part.length;
      },
      payloadData: (offset: bigint, n: number, at: number) => {
        const part = payload?.data.subarray(Number(offset), Number(offset) + n);
        if (part?.length !== n) return -5;
        this.kernelBytes().set(part, at);
        return 0;
      },
      diffWrite: (at: number, n: number) => {
        this.changes.push(this.kernelBytes().slice(at, at + n));
        return 0;
      },
      // The process stands still: nothing needs to be copied elsewhere.
      bulkIn: (_slot: number, offset: number, at: number, n: number) => {
        new Uint8Array(this.guest.buffer).set(this.kernelBytes().subarray(at, at + n), offset);
      },
      bulkOut: (_slot: number, offset: number, at: number, n: number) => {
        this.kernelBytes().set(new Uint8Array(this.guest.buffer, offset, n), at);
      },
    };
  }

  kernelBytes(): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer);
  }

  /** Bytes of the guest's memory: a live view. */
  guestBytes(address: number, n: number): Uint8Array {
    return new Uint8Array(this.guest.buffer, GUEST_BIAS + address, n);
  }

  guestView(address: number, n: number): DataView {
    return new DataView(this.guest.buffer, GUEST_BIAS + address, n);
  }

  outputText(): string {
    return Buffer.concat(this.streams.output).toString();
  }

  /** Reserves guest memory that stays until `forget`. */
  reserve(n: number): number {
    const at = this.scratchAt;
    this.scratchAt += (n + 15) & ~15;
    if (this.scratchAt > 0x1f00000) throw new Error('Cannot reserve guest memory: the test uses too much');
    return at;
  }

  forget(): void {
    this.scratchAt = 0x10000;
  }

  /** Makes a system call as task `which`. @returns what the handler returned */
  callAs(which: number, name: string, ...args: readonly CallArgument[]): bigint {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`Cannot call ${name}: no such system call`);
    const kept = this.scratchAt;
    const words = args.map((argument) => this.word(argument));
    while (words.length < 6) words.push(0n);
    const result = this.exports.testCall(which, number, ...words);
    this.scratchAt = kept;
    return result;
  }

  call(name: string, ...args: readonly CallArgument[]): number {
    const result = this.callAs(0, name, ...args);
    return result === BLOCK ? Number.NEGATIVE_INFINITY : Number(result);
  }

  private word(argument: CallArgument): bigint {
    if (typeof argument === 'number') return BigInt(argument);
    if (typeof argument === 'bigint') return BigInt.asIntN(64, argument);
    const bytes = typeof argument === 'string' ? Buffer.from(`${argument}\0`, 'latin1') : argument;
    const at = this.reserve(bytes.length);
    this.guestBytes(at, bytes.length).set(bytes);
    return BigInt(at);
  }

  /** Reads up to n bytes through read(2). @returns the bytes, or the negative errno */
  read(fd: number, n: number): Buffer | number {
    const kept = this.scratchAt;
    const at = this.reserve(n);
    const got = this.call('read', fd, at, n);
    this.scratchAt = kept;
    return got < 0 ? got : Buffer.from(this.guestBytes(at, got));
  }

  /** Content of a file by its path. */
  readFile(path: string): Buffer {
    const fd = this.call('openat', -100, path, 0, 0);
    if (fd < 0) throw new Error(`Cannot open ${path}: ${fd}`);
    const parts: Buffer[] = [];
    for (;;) {
      const part = this.read(fd, 65536);
      if (typeof part === 'number') throw new Error(`Cannot read ${path}: ${part}`);
      if (part.length === 0) break;
      parts.push(part);
    }
    this.call('close', fd);
    return Buffer.concat(parts);
  }

  writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    const fd = this.call('openat', -100, path, 0o1101, mode);
    if (fd < 0) throw new Error(`Cannot create ${path}: ${fd}`);
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + 65536);
      const done = this.call('write', fd, part, part.length);
      if (done < 0) throw new Error(`Cannot write ${path}: ${done}`);
      at += done;
    }
    this.call('close', fd);
  }

  /** Names in a directory in the order of getdents64(2), read in small pieces. */
  listDirectory(path: string): string[] {
    const fd = this.call('openat', -100, path, 0o40000, 0);
    if (fd < 0) throw new Error(`Cannot list ${path}: ${fd}`);
    const at = this.reserve(320);
    const names: string[] = [];
    for (;;) {
      const n = this.call('getdents64', fd, at, 320);
      if (n < 0) throw new Error(`Cannot list ${path}: ${n}`);
      if (n === 0) break;
      const view = this.guestView(at, n);
      for (let pos = 0; pos < n; pos += view.getUint16(pos + 16, true)) {
        const record = Buffer.from(this.guestBytes(at + pos + 19, view.getUint16(pos + 16, true) - 19));
        names.push(record.toString('latin1', 0, record.indexOf(0)));
      }
    }
    this.call('close', fd);
    return names;
  }
}
