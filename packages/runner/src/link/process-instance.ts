import { GUEST_BIAS, PAGE_SIZE_BYTES, PROCESS_TABLE_STRIDE, processFunctions } from '@boxer/abi';
import { ModuleBuilder } from '@boxer/wasm';
import { BoxTrapError } from '../errors.ts';
import type { BoxCode } from '../code/box-code.ts';
import type { ProcessCode } from '../code/process-code.ts';
import { type ReachedCollector, TRAINING_DISTANCE } from '../code/reached-pages.ts';
import { unevenDistances } from '../code/uneven-distances.ts';
import { CountedRun, type Watcher } from './counted-run.ts';
import { TouchedMemory } from './touched-memory.ts';

type WasmFunction = (...args: never[]) => unknown;

/** What process modules are instantiated from. */
export interface ProcessModule {
  readonly module: WebAssembly.Module;
  readonly support: WebAssembly.Instance['exports'];
  /** Exports of the kernel by name. */
  readonly kernel: Readonly<Record<string, WebAssembly.ImportValue>>;
  /** Is told how many guest instructions were executed, after each slice. */
  readonly onExecuted: (instructions: number) => void;
  /** Translated code; undefined: everything is interpreted. */
  readonly code: BoxCode | undefined;
  /** Takes what is executed; undefined: nobody wants to know. */
  readonly reached: ReachedCollector | undefined;
}

/**
 * One address space: an instance of the process module, which can be wiped and used again. Making one costs a
 * millisecond, and a garbage collection every few instances, since the engine counts their address space as memory.
 */
export class ProcessInstance {
  readonly memory: WebAssembly.Memory;
  /** By index in `processFunctions`. */
  readonly functions: readonly (WasmFunction | undefined)[];
  readonly touched = new TouchedMemory();
  readonly #reset: () => void;
  readonly #boxCode: BoxCode | undefined;
  readonly #code: ProcessCode | undefined;
  readonly #sampled: ReachedCollector | undefined;

  /**
   * In a component's own linking, an instance puts its functions into the kernel's table. Here it gets a small table of
   * its own: on Node 20 every instance copies the table it imports, and one that imports a long-lived table is never
   * freed.
   */
  constructor({ module, support, kernel, onExecuted, code, reached }: ProcessModule) {
    const table = new WebAssembly.Table({ initial: PROCESS_TABLE_STRIDE, element: 'anyfunc' });
    const imports = {
      ...kernel,
      table,
      attach: () => 0,
      engineAlloc: this.#trackingAlloc(kernel['engineAlloc']),
      codePage: (page: number) => this.#code?.codePage(page),
    };
    const { exports } = new WebAssembly.Instance(module, { kernel: imports, support });
    const memory = exports['memory'];
    if (!(memory instanceof WebAssembly.Memory))
      throw new BoxTrapError('the process module exports no memory');
    this.memory = memory;
    this.#boxCode = code;
    this.#sampled = reached;
    this.#code = code?.attach(memory, exports, support);
    const functions: (WasmFunction | undefined)[] = [];
    for (const [name, { index }] of Object.entries(processFunctions)) {
      const exported = exports[name];
      functions[index] = typeof exported === 'function' ? exported : (table.get(index) ?? undefined);
    }
    this.#reset = (functions[processFunctions.reset.index] ?? (() => undefined)) as () => void;
    functions[processFunctions.setPages.index] = this.#trackingPages(
      functions[processFunctions.setPages.index],
    );
    functions[processFunctions.run.index] = this.#countingRun(
      functions[processFunctions.run.index],
      onExecuted,
    );
    this.functions = functions;
  }

  /** Makes it as new: zeroed, without code. */
  wipe(): void {
    this.#reset();
    if (this.#code) this.#boxCode?.clear(this.#code);
    this.touched.zero(new Uint8Array(this.memory.buffer));
  }

  /** What runs here ends. */
  end(): void {
    if (this.#code) this.#boxCode?.ends(this.#code);
  }

  /** It will not be used again. */
  drop(): void {
    if (this.#code) this.#boxCode?.drop(this.#code);
  }

  /** The engine writes what it allocates. */
  #trackingAlloc(allocate: WebAssembly.ImportValue | undefined): WasmFunction {
    if (typeof allocate !== 'function') return () => 0;
    return (sizeBytes: number) => {
      const offset = (allocate as (sizeBytes: number) => number)(sizeBytes);
      if (offset !== 0) this.touched.mark(offset >>> 0, sizeBytes >>> 0);
      return offset;
    };
  }

  /** A page that gets permissions has been filled by the kernel, or will be written by the guest. */
  #trackingPages(setPages: WasmFunction | undefined): WasmFunction | undefined {
    if (setPages === undefined) return undefined;
    const set = setPages as (page: number, count: number, permissions: number) => void;
    return asTableFunction('setPages', (page: number, count: number, permissions: number) => {
      if (permissions !== 0) this.touched.mark(page * PAGE_SIZE_BYTES + GUEST_BIAS, count * PAGE_SIZE_BYTES);
      set(page, count, permissions);
    });
  }

  /** The kernel puts the fuel of a slice into a cell, from which run() subtracts what it executes. */
  #countingRun(
    run: WasmFunction | undefined,
    onExecuted: ProcessModule['onExecuted'],
  ): WasmFunction | undefined {
    if (run === undefined) return undefined;
    const counted = new CountedRun(this.memory, run as () => number);
    const watching = this.#watching();
    return asTableFunction('run', () => {
      const given = counted.fuel;
      const reason = watching ? counted.watched(watching.watcher, watching.look) : counted.whole();
      const executed = given - counted.fuel;
      onExecuted(executed);
      if (this.#code) this.#boxCode?.afterRun(this.#code, executed);
      return reason;
    });
  }

  /** Who looks where the process is. */
  #watching(): { readonly watcher: Watcher; readonly look: () => void } | undefined {
    const [code, sampler, reached] = [this.#code, this.#boxCode?.sampler, this.#sampled];
    if (reached) {
      const distances = unevenDistances(TRAINING_DISTANCE);
      const watcher: Watcher = { untilNext: distances.next().value };
      const look = () => {
        reached.sample(this.memory);
        watcher.untilNext = distances.next().value;
      };
      return { watcher, look };
    }
    return code && sampler && { watcher: sampler, look: () => sampler.take(code) };
  }
}

let wrapper: WebAssembly.Module | undefined;

/** Tables hold only Wasm functions: a module that imports and exports the function makes it one. */
function asTableFunction(
  name: keyof typeof wrapped,
  f: (...args: never[]) => number | void,
): WasmFunction | undefined {
  wrapper ??= buildWrapper();
  const host: Record<string, WebAssembly.ImportValue> = Object.fromEntries(
    Object.keys(wrapped).map((each) => [each, each === name ? f : () => 0]),
  );
  const found = new WebAssembly.Instance(wrapper, { host }).exports[name];
  return typeof found === 'function' ? found : undefined;
}

const wrapped = { setPages: processFunctions.setPages, run: processFunctions.run } as const;

function buildWrapper(): WebAssembly.Module {
  const builder = new ModuleBuilder();
  for (const [name, { params, result }] of Object.entries(wrapped)) {
    const type = { params, results: result === null ? [] : [result] };
    builder.export(name, 'function', builder.importFunction('host', name, type));
  }
  return new WebAssembly.Module(builder.finish());
}
