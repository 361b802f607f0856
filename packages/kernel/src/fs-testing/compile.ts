import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { packageRoot } from '../build/paths.ts';
import { patchTable } from '../build/patch-table.ts';

const common = ['--runtime', 'minimal', '--exportTable', '--enable', 'simd', '--baseDir', packageRoot];

async function compile(entry: string, options: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'boxer-kernel-'));
  const output = path.join(folder, 'module.wasm');
  try {
    const outFile = path.relative(packageRoot, output);
    const { error, stderr } = await asc.main([entry, ...common, ...options, '--outFile', outFile]);
    if (error) throw new Error(`Cannot compile ${entry}: ${error.message}\n${stderr.toString()}`);
    return new Uint8Array(await readFile(output));
  } finally {
    await rm(folder, { recursive: true });
  }
}

let modules: Promise<{ kernel: WebAssembly.Module; process: WebAssembly.Module }> | undefined;

/** The kernel with the exports of assembly/fs/testing/entry.ts, and a process module without an engine. Compiled once. */
export async function compiledModules(): Promise<{
  kernel: WebAssembly.Module;
  process: WebAssembly.Module;
}> {
  modules ??= (async () => {
    const kernel = await compile('assembly/fs/testing/entry.ts', [
      '--exportStart',
      '_initialize',
      '--use',
      'abort=assembly/abort/abort',
      '--initialMemory',
      '64',
    ]);
    const process = await compile('assembly/fs/testing/process.ts', [
      '--use',
      'abort=',
      '--initialMemory',
      '512',
    ]);
    return { kernel: new WebAssembly.Module(patchTable(kernel)), process: new WebAssembly.Module(process) };
  })();
  return modules;
}
