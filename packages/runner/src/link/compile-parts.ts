import {
  type ByteRange,
  type ComponentLayout,
  ComponentUnreadableError,
  readOpenComponent,
} from '@boxer/component';
import { closeSync, openSync, readSync } from 'node:fs';
import { ComponentLinkError } from '../errors.ts';
import type { NativeCodeCache } from '../native-code/native-code-cache.ts';
import { limitMemory, WASM_PAGE_BYTES } from './memory-limit.ts';
import { limitTables, MAX_KERNEL_ENTRIES, MAX_PROCESS_ENTRIES } from './table-limit.ts';

/** The kernel keeps files that the box writes, and the image's index: so much more than the box's cap is its own. */
const KERNEL_OVERHEAD_BYTES = 512 * 1024 * 1024;
const MAX_PAGES = 65536;
/** Many times what our own modules have: a larger one was not made by Boxer, and would only keep the host busy. */
const MAX_MODULE_BYTES = 64 * 1024 * 1024;

/** A component taken apart and compiled; all of it can be handed to a worker. */
export interface CompiledComponent {
  readonly path: string;
  readonly kernel: WebAssembly.Module;
  readonly process: WebAssembly.Module;
  readonly support?: WebAssembly.Module;
  readonly payload?: ComponentLayout['payload'];
}

/**
 * Compiles the code of a component; the payload stays in the file.
 *
 * @param memoryBytes - the box's cap
 * @param code - compiles, or has compiled before
 * @throws {@link ComponentLinkError} when a module is not valid
 */
export function compileParts(
  layout: ComponentLayout,
  fd: number,
  memoryBytes: number,
  code: NativeCodeCache,
): CompiledComponent {
  const compile = (role: string, range: ByteRange, maxBytes: number, maxEntries = MAX_PROCESS_ENTRIES) => {
    if (range.sizeBytes > MAX_MODULE_BYTES) {
      throw new ComponentLinkError(
        layout.path,
        `its ${role} has ${range.sizeBytes} bytes, too many to be one`,
      );
    }
    const maxPages = Math.min(MAX_PAGES, Math.ceil(maxBytes / WASM_PAGE_BYTES));
    try {
      return code.compile(limitTables(limitMemory(readRange(fd, range), maxPages), maxEntries));
    } catch (cause) {
      const why = `its ${role} is damaged: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new ComponentLinkError(layout.path, why, { cause });
    }
  };
  return {
    path: layout.path,
    kernel: compile('kernel', layout.kernel, memoryBytes + KERNEL_OVERHEAD_BYTES, MAX_KERNEL_ENTRIES),
    // A process's memory is its address space, most of which is never touched: the kernel counts what is.
    process: compile('process module', layout.process, MAX_PAGES * WASM_PAGE_BYTES),
    ...(layout.support ? { support: compile('support module', layout.support, memoryBytes) } : {}),
    ...(layout.payload ? { payload: layout.payload } : {}),
  };
}

/** Opens, reads and compiles a component. */
export function compileComponent(
  path: string,
  memoryBytes: number,
  code: NativeCodeCache,
): { layout: ComponentLayout; parts: CompiledComponent } {
  const layoutFd = openComponent(path);
  try {
    const layout = readOpenComponent(path, layoutFd);
    return { layout, parts: compileParts(layout, layoutFd, memoryBytes, code) };
  } finally {
    closeSync(layoutFd);
  }
}

function openComponent(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new ComponentUnreadableError(path, cause);
  }
}

function readRange(fd: number, { offset, sizeBytes }: ByteRange): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let done = 0; done < sizeBytes;) {
    const n = readSync(fd, bytes, done, sizeBytes - done, offset + done);
    if (n === 0) throw new Error('the file became shorter');
    done += n;
  }
  return bytes;
}
