/**
 * Bundles what a start loads: one file for the main thread, one for the worker. Loading some eighty small files costs
 * about 25 ms in each. @boxer/foundation and @boxer/policy stay apart in the main thread: callers share their classes.
 */
import { build } from 'esbuild';
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
await build({
  ...options,
  entryPoints: [`${dist}index.js`],
  outfile: `${dist}bundle/index.js`,
  external: ['@boxer/foundation', '@boxer/policy'],
});
await build({ ...options, entryPoints: [`${dist}worker/worker.js`], outfile: `${dist}bundle/worker.js` });
await build({
  ...options,
  entryPoints: [`${dist}jit/translator-worker.js`],
  outfile: `${dist}bundle/translator.js`,
});
await build({
  ...options,
  entryPoints: [`${dist}native-code/native-compiler.js`],
  outfile: `${dist}bundle/native-compiler.js`,
});
await build({ ...options, entryPoints: [`${dist}prestart.js`], outfile: `${dist}bundle/prestart.js` });
