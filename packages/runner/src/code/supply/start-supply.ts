import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlannedCode } from '../plan-code.ts';
import type { NativeCodeCache } from '../../native-code/native-code-cache.ts';

/**
 * Starts to supply packs to a box that has been started; what does that is loaded only then. Without it, the box goes on
 * in the interpreter.
 */
export async function startSupply(
  supply: NonNullable<PlannedCode['supply']>,
  native: NativeCodeCache,
): Promise<void> {
  const url = [
    new URL('./code-supply.js', import.meta.url),
    new URL('../../../dist/bundle/code-supply.js', import.meta.url),
  ].find(({ href }) => href.includes('bundle') && existsSync(fileURLToPath(href)));
  if (url === undefined) return;
  const { supplyCode } = (await import(url.href)) as typeof import('./code-supply.ts');
  supplyCode(supply.port, supply.sources, native);
}
