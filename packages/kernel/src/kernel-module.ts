import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MissingKernelError } from './errors.ts';

/** Where the build puts the kernel's core module. Sources and compiled files lie equally deep. */
export const kernelPath: string = fileURLToPath(new URL('../dist/kernel.wasm', import.meta.url));

/**
 * The kernel: a core module that imports WASI 0.2 functions and exports `run`, `memory`, `table` and what process modules
 * import (see @boxer/abi).
 *
 * @throws {@link MissingKernelError} when the package has not been built
 */
export async function readKernel(): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return Uint8Array.from(await readFile(kernelPath));
  } catch (cause) {
    throw new MissingKernelError(kernelPath, cause);
  }
}
