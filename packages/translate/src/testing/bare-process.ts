import {
  type codeFunctions,
  cpuState,
  engineCells,
  GUEST_BIAS,
  type kernelFunctions,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
  type processFunctions,
} from '@boxer/abi';
import type { EngineModules } from './engine-modules.ts';

const WASM_PAGE = 65536;

/** What answers system calls: (number, arguments) → x0. */
export type SystemCall = (process: BareProcess, number: number, args: readonly bigint[]) => bigint;

export interface BareProcessOptions extends EngineModules {
  /** Guest memory from address 0 on, in bytes. */
  readonly guestBytes: number;
  readonly syscall?: SystemCall;
  /** What CNTVCT_EL0 reads. */
  readonly counter?: () => bigint;
  /** Is told of guest pages whose code is about to run. */
  readonly codePage?: (page: number) => void;
  /** Whether to refuse memory for predecoded code. */
  readonly refuseMemory?: () => boolean;
  /** Where copyOut pushes small pieces. */
  readonly pushes?: {
    readonly pushBytes8: (to: number, value: bigint) => void;
    readonly pushByte: (to: number, value: number) => void;
  };
}

type KernelStub = Record<Exclude<keyof typeof kernelFunctions, 'attach'>, (...args: never[]) => unknown>;

/** Functions that the support module lacks fail when called: tests that need none of them can do without the module. */
function withStubs(support: WebAssembly.Exports): WebAssembly.ModuleImports {
  const missing = () => {
    throw new TypeError('The support module lacks this function');
  };
  return new Proxy({} as WebAssembly.ModuleImports, {
    get: (_, name) => support[String(name)] ?? missing,
  }) as WebAssembly.ModuleImports;
}

/** A process module with a kernel of a few lines: for tests and benchmarks of the interpreter alone. */
export class BareProcess {
  readonly exports: Record<
    keyof typeof processFunctions | keyof typeof codeFunctions,
    (...args: (number | bigint)[]) => number | bigint
  >;
  /** What translated code imports as "support" and as "process". */
  readonly support: WebAssembly.ModuleImports;
  readonly codeImports: WebAssembly.ModuleImports;
  readonly codeTable: WebAssembly.Table;
  readonly #memory: WebAssembly.Memory;
  #view: DataView;
  #bytes: Uint8Array;

  constructor(options: BareProcessOptions) {
    const { processModule, supportModule, guestBytes, syscall, counter, codePage, refuseMemory, pushes } =
      options;
    const support = new WebAssembly.Instance(supportModule).exports;
    const refuse = () => {
      throw new TypeError('The bare process has no kernel memory');
    };
    const kernel: KernelStub = {
      syscall: (number: number, ...args: bigint[]) => {
        this.#refresh();
        if (!syscall) throw new TypeError(`System call ${number} is not expected`);
        return syscall(this, number, args);
      },
      pushBytes64: refuse,
      pushBytes8: pushes?.pushBytes8 ?? refuse,
      pushByte: pushes?.pushByte ?? refuse,
      counter: counter ?? (() => 0n),
      codePage: codePage ?? (() => undefined),
      engineAlloc: (bytes: number) => {
        if (refuseMemory?.()) return 0;
        const at = this.#memory.grow(bytes / WASM_PAGE) * WASM_PAGE;
        this.#refresh();
        return at;
      },
    };
    const imports = {
      kernel: kernel as WebAssembly.ModuleImports,
      support: withStubs(support),
    };
    const { exports } = new WebAssembly.Instance(processModule, imports);
    this.exports = exports as unknown as typeof this.exports;
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.support = support as WebAssembly.ModuleImports;
    this.codeImports = exports as WebAssembly.ModuleImports;
    this.codeTable = exports['code'] as WebAssembly.Table;
    this.#memory.grow(Math.ceil(guestBytes / WASM_PAGE));
    this.#view = new DataView(this.#memory.buffer);
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.exports.reset();
  }

  #refresh(): void {
    if (this.#view.buffer === this.#memory.buffer) return;
    this.#view = new DataView(this.#memory.buffer);
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** The CPU state and engine cells, at the offsets of process-abi. */
  get view(): DataView {
    return this.#view;
  }

  /** A stretch of guest memory. */
  guest(address: number, length: number): Uint8Array {
    return this.#bytes.subarray(GUEST_BIAS + address, GUEST_BIAS + address + length);
  }

  /** Puts instruction words into guest memory. */
  writeWords(address: number, words: readonly number[]): void {
    words.forEach((word, i) => this.#view.setUint32(GUEST_BIAS + address + 4 * i, word, true));
  }

  /** Permits accesses to the pages that a range touches. */
  permit(address: number, length: number, permissions: number): void {
    const first = address >>> PAGE_SHIFT;
    const last = (address + length - 1) >>> PAGE_SHIFT;
    this.exports.setPages(first, last - first + 1, permissions);
  }

  forgetCode(address: number, length: number): void {
    this.exports.invalidate(address >>> PAGE_SHIFT, Math.ceil(length / PAGE_SIZE_BYTES) + 1);
  }

  get pc(): bigint {
    return this.#view.getBigUint64(cpuState.pc, true);
  }

  set pc(value: bigint) {
    this.#view.setBigUint64(cpuState.pc, value, true);
  }

  /** X0…X30; 31 is SP. */
  x(index: number): bigint {
    return this.#view.getBigUint64(cpuState.x + 8 * index, true);
  }

  setX(index: number, value: bigint): void {
    this.#view.setBigUint64(cpuState.x + 8 * index, BigInt.asUintN(64, value), true);
  }

  v(index: number): bigint {
    const at = cpuState.vectors + 16 * index;
    return this.#view.getBigUint64(at, true) | (this.#view.getBigUint64(at + 8, true) << 64n);
  }

  setV(index: number, value: bigint): void {
    const at = cpuState.vectors + 16 * index;
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
    this.#view.setBigUint64(at + 8, BigInt.asUintN(64, value >> 64n), true);
  }

  /** NZCV as a number of 4 bits. */
  get flags(): number {
    const { n, z, c, v } = cpuState;
    return [n, z, c, v].reduce((bits, at) => bits * 2 + this.#view.getUint32(at, true), 0);
  }

  set flags(nzcv: number) {
    const { n, z, c, v } = cpuState;
    [n, z, c, v].forEach((at, i) => this.#view.setUint32(at, (nzcv >> (3 - i)) & 1, true));
  }

  get fuel(): bigint {
    return this.#view.getBigInt64(engineCells.fuel, true);
  }

  set fuel(instructions: bigint) {
    this.#view.setBigInt64(engineCells.fuel, instructions, true);
  }

  /** @returns an exit reason */
  run(): number {
    const reason = this.exports.run();
    this.#refresh();
    return Number(reason);
  }
}
