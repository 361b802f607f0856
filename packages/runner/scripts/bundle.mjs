/**
 * Bundles what a start loads: one file for the main thread, one for the worker. Loading some eighty small files costs
 * about 25 ms in each. @boxer/foundation and @boxer/policy stay apart in the main thread: callers share their classes.
 */
import { readArtifact } from '@boxer/translate/artifacts';
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const options = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
};
const translator = `${dist}bundle/translator.js`;
await build({
  ...options,
  entryPoints: [`${dist}code/jit/translator-worker.js`],
  outfile: translator,
});
const worker = `${dist}bundle/worker.js`;
await build({ ...options, entryPoints: [`${dist}worker/worker.js`], outfile: worker });
const digest = createHash('sha256')
  .update(await readFile(translator))
  .update(await readFile(worker))
  .digest('hex');
const engine = createHash('sha256')
  .update(await readArtifact('processSlot'))
  .digest('hex');
await build({
  ...options,
  entryPoints: [`${dist}index.js`],
  outfile: `${dist}bundle/index.js`,
  external: ['@boxer/foundation', '@boxer/policy'],
  // Part of the name of the folder where translated code is kept: it depends on what finds hot code, too.
  define: { BOXER_TRANSLATOR: JSON.stringify(digest), BOXER_ENGINE: JSON.stringify(`sha256:${engine}`) },
});
await build({
  ...options,
  entryPoints: [`${dist}code/supply/code-supply.js`],
  outfile: `${dist}bundle/code-supply.js`,
});
await build({
  ...options,
  entryPoints: [`${dist}code/later/later-translator.js`],
  outfile: `${dist}bundle/later-translator.js`,
});
await build({
  ...options,
  entryPoints: [`${dist}native-code/native-compiler.js`],
  outfile: `${dist}bundle/native-compiler.js`,
});
await build({ ...options, entryPoints: [`${dist}prestart.js`], outfile: `${dist}bundle/prestart.js` });
