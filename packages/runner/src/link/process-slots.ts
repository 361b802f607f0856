import { kernelFunctions, PROCESS_TABLE_BASE, PROCESS_TABLE_STRIDE, processFunctions } from '@boxer/abi';
import { BoxTrapError } from '../errors.ts';

/** More processes than the kernel's process IDs allow. */
const MAX_SLOTS = 32768;

/** What a process module is instantiated with and where its functions go. */
export interface ProcessEnvironment {
  readonly module: WebAssembly.Module;
  readonly support: WebAssembly.Instance | undefined;
  /** Exports of the kernel. */
  readonly kernel: WebAssembly.Instance['exports'];
  readonly table: WebAssembly.Table;
  /** Most bytes that the memories of all processes may have together. */
  readonly maxTotalBytes: number;
}

/**
 * The guest's address spaces: one instance of the process module a slot, made when the kernel asks. In a component's own
 * linking, an instance puts its functions into the kernel's table; here it gets a small table of its own (on Node 20 every
 * instance copies the table it imports, and one that imports a long-lived table is never freed), from which they are
 * taken over.
 */
export class ProcessSlots {
  readonly #environment: ProcessEnvironment;
  readonly #imports: WebAssembly.Imports;
  readonly #scratch = new WebAssembly.Table({ initial: PROCESS_TABLE_STRIDE, element: 'anyfunc' });
  readonly #memories: (WebAssembly.Memory | undefined)[] = [];

  constructor(environment: ProcessEnvironment) {
    this.#environment = environment;
    const kernel: Record<string, WebAssembly.ImportValue> = { table: this.#scratch, attach: () => 0 };
    for (const name of Object.keys(kernelFunctions)) {
      const found = environment.kernel[name];
      if (found !== undefined && name !== 'attach') kernel[name] = found;
    }
    this.#imports = { kernel, support: { ...environment.support?.exports } };
  }

  /** Makes a fresh instance. @returns false when there is no room for one more */
  create(slot: number): boolean {
    if (slot < 0 || slot >= MAX_SLOTS || this.#totalBytes() > this.#environment.maxTotalBytes) return false;
    const instance = tryAllocate(() => new WebAssembly.Instance(this.#environment.module, this.#imports));
    if (instance === undefined) return false;
    const memory = instance.exports['memory'];
    if (!(memory instanceof WebAssembly.Memory))
      throw new BoxTrapError('the process module exports no memory');
    this.#memories[slot] = memory;
    this.#register(slot, instance);
    return true;
  }

  #register(slot: number, instance: WebAssembly.Instance): void {
    const { table } = this.#environment;
    const base = PROCESS_TABLE_BASE + slot * PROCESS_TABLE_STRIDE;
    const missing = base + PROCESS_TABLE_STRIDE - table.length;
    if (missing > 0) table.grow(Math.max(missing, PROCESS_TABLE_STRIDE * 64));
    for (const [name, { index }] of Object.entries(processFunctions)) {
      const exported = instance.exports[name];
      table.set(base + index, typeof exported === 'function' ? exported : this.#scratch.get(index));
      this.#scratch.set(index, null);
    }
  }

  free(slot: number): void {
    if (this.#memories[slot] === undefined) return;
    this.#memories[slot] = undefined;
    const base = PROCESS_TABLE_BASE + slot * PROCESS_TABLE_STRIDE;
    for (const { index } of Object.values(processFunctions)) this.#environment.table.set(base + index, null);
  }

  /** A stretch of a process's memory. @throws {@link BoxTrapError} when it is not in there */
  bytes(slot: number, offset: number, size: number): Uint8Array {
    const buffer = this.#memories[slot]?.buffer;
    const [start, length] = [offset >>> 0, size >>> 0];
    if (buffer === undefined || start + length > buffer.byteLength) {
      throw new BoxTrapError(
        `the kernel copies ${length} bytes at ${start} of process slot ${slot}, which has not so many`,
      );
    }
    return new Uint8Array(buffer, start, length);
  }

  #totalBytes(): number {
    return this.#memories.reduce((sum, memory) => sum + (memory?.buffer.byteLength ?? 0), 0);
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
