/**
 * Program: `node later-translator.js PACKS NATIVE [LIMIT]` translates what a box left in the folder PACKS when it ended, keeps
 * the packs there, and has their machine code made in the folder NATIVE. It ends itself after LIMIT milliseconds of processor time.
 */
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { NativeCodeCache } from '../../native-code/native-code-cache.ts';
import { optimiseScripts } from '../../native-code/optimising.ts';
import { CodeCache } from '../cache/code-cache.ts';
import { translateRequest } from '../jit/translate-request.ts';
import { limitProcessorTime } from './limit-processor-time.ts';
import { takeRequest } from './request-file.ts';
import { asTranslator } from './translator-lock.ts';
import { blocksOf, TriedCode } from './tried-code.ts';

/** The largest request of programs that mean no harm takes a third of it. What is translated by then is kept. */
const LIMIT_MS = 60_000;

const [packFolder, nativeFolder, limit = String(LIMIT_MS)] = process.argv.slice(2);
if (packFolder !== undefined && nativeFolder !== undefined) {
  setPriority(19);
  limitProcessorTime(Number(limit));
  await asTranslator(packFolder, () => translateLeft(packFolder, nativeFolder));
}

async function translateLeft(packs: string, native: string): Promise<void> {
  const request = takeRequest(packs);
  if (!request) return;
  // First of all, lest code that ends the translator is tried again.
  new TriedCode(packs).add(blocksOf(request).keys());
  const cache = new CodeCache(packs);
  const machineCode = new NativeCodeCache(native);
  optimiseScripts(false);
  for (const { pack, isFixed } of translateRequest(request)) {
    if (!isFixed) continue;
    const hashes = pack.info.pages.map(({ hash }) => hash);
    cache.add(pack.bytes, hashes);
    machineCode.want(pack.bytes);
  }
  const compiler = machineCode.fill();
  compiler?.ref();
  if (compiler) await once(compiler, 'exit');
}
