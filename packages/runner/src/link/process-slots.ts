import { GUEST_BIAS, kernelFunctions, PROCESS_TABLE_BASE, PROCESS_TABLE_STRIDE } from '@boxer/abi';
import { BoxTrapError } from '../errors.ts';
import type { BoxCode } from '../code/box-code.ts';
import { ReachedCollector, type ReachedPages } from '../code/reached-pages.ts';
import { ProcessInstance, type ProcessModule } from './process-instance.ts';

/** More processes than the kernel's process IDs allow. */
const MAX_SLOTS = 32768;
/** Ended processes that are kept to be used again. */
const POOL_INSTANCES = 8;
/** Wiping more than this takes longer than making a new one. */
const POOL_TOUCHED_BYTES = 32 * 1024 * 1024;

/** What processes are made of and where their functions go. */
export interface ProcessEnvironment {
  readonly module: WebAssembly.Module;
  readonly support: WebAssembly.Instance | undefined;
  /** Exports of the kernel. */
  readonly kernel: WebAssembly.Instance['exports'];
  readonly table: WebAssembly.Table;
  /** Most bytes that the memories of all processes may have together. */
  readonly maxTotalBytes: number;
  readonly code: BoxCode | undefined;
  /** Collect what code is executed. */
  readonly training: boolean;
}

/** The guest's address spaces: one instance of the process module a slot, made or used again when the kernel asks. */
export class ProcessSlots {
  readonly #table: WebAssembly.Table;
  readonly #maxTotalBytes: number;
  readonly #module: ProcessModule;
  readonly #slots: (ProcessInstance | undefined)[] = [];
  readonly #pool: ProcessInstance[] = [];
  readonly #reached: ReachedCollector | undefined;
  #executed = 0;

  constructor({ module, support, kernel, table, maxTotalBytes, code, training }: ProcessEnvironment) {
    this.#table = table;
    this.#reached = training ? new ReachedCollector() : undefined;
    this.#maxTotalBytes = maxTotalBytes;
    const names = Object.keys(kernelFunctions);
    const imported = Object.fromEntries(Object.entries(kernel).filter(([name]) => names.includes(name)));
    const onExecuted = (instructions: number) => {
      this.#executed += instructions;
    };
    this.#module = {
      module,
      support: { ...support?.exports },
      kernel: imported,
      onExecuted,
      code,
      reached: this.#reached,
    };
  }

  /** Guest instructions that all processes have executed so far. */
  get executed(): bigint {
    return BigInt(this.#executed);
  }

  /** What code all processes have executed so far, when that is collected. */
  reached(): ReachedPages {
    if (!this.#reached) return new Map();
    for (const instance of this.#slots) if (instance) this.#reached.collect(instance.memory);
    return this.#reached.pages;
  }

  /** Makes a fresh, zeroed instance. @returns false when there is no room for one more */
  create(slot: number): boolean {
    if (slot < 0 || slot >= MAX_SLOTS || this.#totalBytes() > this.#maxTotalBytes) return false;
    if (this.#slots[slot]) throw new BoxTrapError(`the kernel makes process slot ${slot} again`);
    const instance = this.#reuse() ?? tryAllocate(() => new ProcessInstance(this.#module));
    if (instance === undefined) return false;
    this.#slots[slot] = instance;
    const base = PROCESS_TABLE_BASE + slot * PROCESS_TABLE_STRIDE;
    const missing = base + PROCESS_TABLE_STRIDE - this.#table.length;
    if (missing > 0) this.#table.grow(Math.max(missing, PROCESS_TABLE_STRIDE * 64));
    instance.functions.forEach((f, index) => this.#table.set(base + index, f ?? null));
    return true;
  }

  #reuse(): ProcessInstance | undefined {
    const instance = this.#pool.pop();
    instance?.wipe();
    return instance;
  }

  free(slot: number): void {
    const instance = this.#slots[slot];
    if (instance === undefined) return;
    this.#slots[slot] = undefined;
    this.#reached?.collect(instance.memory);
    instance.end();
    const base = PROCESS_TABLE_BASE + slot * PROCESS_TABLE_STRIDE;
    instance.functions.forEach((_, index) => this.#table.set(base + index, null));
    if (this.#pool.length < POOL_INSTANCES && instance.touched.sizeBytes <= POOL_TOUCHED_BYTES) {
      this.#pool.push(instance);
    } else instance.drop();
  }

  /** A stretch of a process's memory, to be read. @throws {@link BoxTrapError} when it is not in there */
  bytes(slot: number, offset: number, size: number): Uint8Array {
    return this.#stretch(slot, offset, size).bytes;
  }

  /** A stretch of a process's memory, to be written. @throws {@link BoxTrapError} when it is not in there */
  writableBytes(slot: number, offset: number, size: number): Uint8Array {
    const { instance, bytes } = this.#stretch(slot, offset, size);
    instance.touched.mark(offset >>> 0, size >>> 0);
    return bytes;
  }

  #stretch(slot: number, offset: number, size: number): { instance: ProcessInstance; bytes: Uint8Array } {
    const instance = this.#slots[slot];
    const [start, length] = [offset >>> 0, size >>> 0];
    if (instance === undefined || start + length > instance.memory.buffer.byteLength) {
      throw new BoxTrapError(
        `the kernel copies ${length} bytes at ${start} of process slot ${slot}, which has not so many`,
      );
    }
    return { instance, bytes: new Uint8Array(instance.memory.buffer, start, length) };
  }

  /** What the memories hold, not how far they reach: a JVM spans 3 GiB of addresses and uses 60 MiB. */
  #totalBytes(): number {
    return this.#slots.reduce(
      (sum, instance) => sum + (instance ? GUEST_BIAS + instance.touched.sizeBytes : 0),
      0,
    );
  }
}

/** The host may have no address space left (each memory reserves some GiB of it): the guest sees EAGAIN. */
function tryAllocate<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
