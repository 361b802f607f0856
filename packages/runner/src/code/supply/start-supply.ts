import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CodeSupply } from './code-supply.ts';
import type { PlannedCode } from '../plan-code.ts';
import type { NativeCodeCache } from '../../native-code/native-code-cache.ts';

const PATIENCE_MS = 150;

/**
 * Starts to supply packs to a box that has been started; what does that is loaded only then. Without it, the box goes on
 * in the interpreter.
 *
 * @param signal - aborted when the box has ended
 */
export async function startSupply(
  supply: NonNullable<PlannedCode['supply']>,
  native: NativeCodeCache,
  signal: AbortSignal,
): Promise<CodeSupply | undefined> {
  // Boxes that end at once have no use for packs that longer ones have left.
  if (supply.sources.code.length === 0) await setTimeout(PATIENCE_MS, undefined, { ref: false, signal });
  const url = [
    new URL('./code-supply.js', import.meta.url),
    new URL('../../../dist/bundle/code-supply.js', import.meta.url),
  ].find(({ href }) => href.includes('bundle') && existsSync(fileURLToPath(href)));
  if (url === undefined) return undefined;
  const { supplyCode } = (await import(url.href)) as typeof import('./code-supply.ts');
  return supplyCode(supply.port, supply.sources, native);
}
