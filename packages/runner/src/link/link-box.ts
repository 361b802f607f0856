import { exitCodes } from '@boxer/foundation';
import { AddressSpaceError, BoxTrapError, ComponentLinkError } from '../errors.ts';
import { BoxEnd } from '../guest/box-end.ts';
import type { GuestMemory, Realloc } from '../guest/guest-memory.ts';
import type { BoxCode } from '../code/box-code.ts';
import type { ReachedPages } from '../code/reached-pages.ts';
import { wasiImports } from '../wasi/interfaces.ts';
import type { WasiContext } from '../wasi/wasi-host.ts';
import type { CompiledComponent } from './compile-parts.ts';
import { type HostSlotFunctions, installHostSlots } from './host-slots.ts';
import { ProcessSlots } from './process-slots.ts';

/** A linked box, ready to run. */
export interface LinkedBox {
  /** Runs `wasi:cli/run`. @returns whether it says that all went well */
  run(): boolean;
  /** Guest instructions executed so far. */
  readonly executed: () => bigint;
  /** Code that was executed so far; nothing unless `training`. */
  readonly reached: () => ReachedPages;
}

/** What linking needs beside the component. */
export interface LinkOptions {
  readonly context: WasiContext;
  readonly memory: GuestMemory;
  readonly maxTotalBytes: number;
  readonly code: BoxCode | undefined;
  /** Collect what code is executed. */
  readonly training: boolean;
  /** Makes the host's functions, once the processes they work on are there. */
  hostSlots(processes: ProcessSlots): HostSlotFunctions;
}

/**
 * Links the modules of a component by itself: the kernel with WASI functions, processes on demand, and the host's
 * functions in place of the kernel's defaults. Neither the component's own wiring nor its payload modules are used.
 *
 * @throws {@link ComponentLinkError}
 */
export function linkBox(parts: CompiledComponent, options: LinkOptions): LinkedBox {
  const fail = (why: string, cause?: unknown) => new ComponentLinkError(parts.path, why, { cause });
  const kernel = instantiateKernel(parts, options.context, fail);
  const { memory, table, cabi_realloc: realloc } = kernel.exports;
  if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table)) {
    throw fail('its kernel exports no memory or no table');
  }
  if (typeof realloc !== 'function') throw fail('its kernel exports no allocator');
  const run = Object.entries(kernel.exports).find(([name]) => name.endsWith('#run'))?.[1];
  if (typeof run !== 'function') throw fail('its kernel exports no wasi:cli/run');

  options.memory.attach(memory, realloc as Realloc);
  const support = parts.support && new WebAssembly.Instance(parts.support, {});
  const processes = new ProcessSlots({
    module: parts.process,
    support,
    kernel: kernel.exports,
    table,
    maxTotalBytes: options.maxTotalBytes,
    code: options.code,
    training: options.training,
  });
  installHostSlots(table, options.hostSlots(processes));

  const initialize = kernel.exports['_initialize'];
  return {
    executed: () => processes.executed,
    reached: () => processes.reached(),
    run() {
      if (typeof initialize === 'function') (initialize as () => void)();
      const failed = unlessFull(memory, run as () => unknown);
      if (typeof failed !== 'number') throw new BoxTrapError('the kernel returned no result');
      return failed === 0;
    },
  };
}

/** What has to be left for the kernel to go on: it doubles its largest tables now and then. */
const SPARE_PAGES = 1024;

/**
 * Runs the kernel. Its memory is bounded, and files, locks and the like of the box lie in it: when it is full, its allocator
 * traps.
 *
 * @throws {@link BoxEnd} when it trapped for that
 */
function unlessFull<T>(memory: WebAssembly.Memory, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError && isFull(memory))
      throw new BoxEnd('out-of-memory', exitCodes.outOfMemory);
    throw error;
  }
}

function isFull(memory: WebAssembly.Memory): boolean {
  try {
    memory.grow(SPARE_PAGES);
    return false;
  } catch {
    return true;
  }
}

function instantiateKernel(
  parts: CompiledComponent,
  context: WasiContext,
  fail: (why: string, cause?: unknown) => ComponentLinkError,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(
      parts.kernel,
      wasiImports(WebAssembly.Module.imports(parts.kernel), context),
    );
  } catch (cause) {
    if (cause instanceof RangeError) throw new AddressSpaceError({ cause });
    throw fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
