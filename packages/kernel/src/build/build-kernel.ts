import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { KernelBuildError } from '../errors.ts';
import { packageRoot } from './paths.ts';
import { patchTable } from './patch-table.ts';

/** Options of asc; see its `--help`. */
const options: readonly string[] = [
  'assembly/index.ts',
  '--runtime',
  'minimal',
  '--exportTable',
  '--exportStart',
  '_initialize',
  '--enable',
  'simd',
  '--use',
  'abort=assembly/abort/abort',
  '--initialMemory',
  '64',
  '-O3',
  '--converge',
  '--debug',
];

/**
 * Compiles assembly/ and writes dist/kernel.wasm.
 *
 * @throws {@link KernelBuildError} with asc's messages when the sources do not compile
 */
export async function buildKernel(): Promise<void> {
  const output = path.join(packageRoot, 'dist/kernel.wasm');
  await mkdir(path.dirname(output), { recursive: true });
  const messages: string[] = [];
  const decoder = new TextDecoder();
  const stderr = {
    write: (chunk: string | Uint8Array): void => {
      messages.push(typeof chunk === 'string' ? chunk : decoder.decode(chunk));
    },
  };
  // Compiled beside its place and moved there when complete: nobody reads half a kernel.
  const unfinished = `dist/kernel.${process.pid}.wasm`;
  const { error } = await asc.main([...options, '--baseDir', packageRoot, '--outFile', unfinished], {
    stderr,
  });
  if (error) throw new KernelBuildError(messages.join(''), error);
  const at = path.join(packageRoot, unfinished);
  const compiled = new Uint8Array(await readFile(at));
  await writeFile(at, patchTable(compiled));
  await rename(at, output);
}
