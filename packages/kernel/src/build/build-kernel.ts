import { mkdir, readFile, writeFile } from 'node:fs/promises';
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
  const { error, stderr } = await asc.main([
    ...options,
    '--baseDir',
    packageRoot,
    '--outFile',
    'dist/kernel.wasm',
  ]);
  const messages = stderr.toString();
  if (error) throw new KernelBuildError(messages, error);
  const compiled = new Uint8Array(await readFile(output));
  await writeFile(output, patchTable(compiled));
}
