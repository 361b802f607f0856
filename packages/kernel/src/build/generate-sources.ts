import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { abiSource } from '../generate/abi.ts';
import { packageRoot } from './paths.ts';

const generated: readonly (readonly [file: string, source: () => string])[] = [
  ['assembly/abi.gen.ts', abiSource],
];

/**
 * Writes the generated files whose content has changed.
 *
 * @param options.check - write nothing
 * @returns the files that were out of date, relative to the package
 */
export async function generateSources(options: { readonly check: boolean }): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, source] of generated) {
    const at = path.join(packageRoot, file);
    const wanted = source();
    const present = await readFile(at, 'utf8').catch(() => '');
    if (present === wanted) continue;
    stale.push(file);
    if (options.check) continue;
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, wanted);
  }
  return stale;
}
