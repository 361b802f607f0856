import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { functionImports, renameExports } from './core-module.ts';
import { WASI_VERSION, witWorld } from './wit-world.ts';

/**
 * Wraps a kernel as a component for `wasi:cli/command`, once, when Boxer itself is built. Uses jco, which is not needed
 * afterwards: images are made by appending to the result.
 *
 * @param kernel - core module that exports `run`, `memory`, `table` and `cabi_realloc`
 * @throws Error when the kernel imports anything but WASI functions
 */
export async function buildSkeleton(kernel: Uint8Array): Promise<Uint8Array> {
  const interfaces = [...new Set(functionImports(kernel).map((entry) => entry.module))];
  const foreign = interfaces.filter((name) => !/^wasi:[a-z-]+\/[a-z-]+@0\.2\.0$/.test(name));
  if (foreign.length > 0) throw new Error(`Cannot wrap the kernel: it imports ${foreign.join(', ')}`);

  const { componentEmbed, componentNew } = await import('@bytecodealliance/jco');
  const embedded = await componentEmbed({
    binary: renameExports(kernel, { run: `wasi:cli/run@${WASI_VERSION}#run` }),
    witSource: witWorld(interfaces, readWitOfJco),
    world: 'box',
    stringEncoding: 'utf8',
  });
  return componentNew(embedded, []);
}

function readWitOfJco(name: string): string {
  const jco = createRequire(import.meta.url).resolve('@bytecodealliance/jco');
  return readFileSync(
    join(jco, '..', '..', 'lib', 'wit', 'builtin', '0.2.12', `wasi-${name}`, 'package.wit'),
    'utf8',
  );
}
