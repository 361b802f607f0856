import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { packageRoot } from '../build/paths.ts';
import { patchTable } from '../build/patch-table.ts';

const common = ['--runtime', 'minimal', '--exportTable', '--enable', 'simd', '--baseDir', packageRoot];
const cache = path.join(tmpdir(), 'boxer-kernel-tests');

/** Digest of everything under assembly/: test files share one compilation as long as it does not change. */
async function sourceDigest(): Promise<string> {
  const root = path.join(packageRoot, 'assembly');
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts')).toSorted();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  return hash.digest('hex').slice(0, 24);
}

async function compile(entry: string, options: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const kept = path.join(cache, `${await sourceDigest()}-${path.basename(entry, '.ts')}.wasm`);
  const known = await readFile(kept).catch(() => undefined);
  if (known) return new Uint8Array(known);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'new-'));
  const output = path.join(folder, 'module.wasm');
  try {
    const outFile = path.relative(packageRoot, output);
    const { error, stderr } = await asc.main([entry, ...common, ...options, '--outFile', outFile]);
    // oxlint-disable-next-line typescript/no-base-to-string -- asc's memory stream gives its text
    if (error) throw new Error(`Cannot compile ${entry}: ${error.message}\n${stderr.toString()}`);
    const compiled = new Uint8Array(await readFile(output));
    await rename(output, kept);
    return compiled;
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
