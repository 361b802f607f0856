/** Builds dist/kernel.wasm; with --check only tells whether the generated sources are up to date. */
import { buildKernel } from './build-kernel.ts';
import { generateSources } from './generate-sources.ts';

const check = process.argv.includes('--check');
const { stale, unhandled } = await generateSources({ check });
if (unhandled.length > 0) {
  process.stderr.write(`System calls without a handler: ${unhandled.map((row) => row.name).join(' ')}\n`);
}
if (check && stale.length > 0) {
  process.stderr.write(`Generated files are out of date: ${stale.join(', ')}\n`);
  process.exitCode = 1;
}
if (!check) await buildKernel();
