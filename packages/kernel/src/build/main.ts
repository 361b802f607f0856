/** Generates the derived sources and builds dist/kernel.wasm; with --generate, the sources only. */
import { buildKernel } from './build-kernel.ts';
import { generateSources } from './generate-sources.ts';

const { unhandled } = await generateSources({ check: false });
if (unhandled.length > 0) {
  process.stderr.write(`System calls without a handler: ${unhandled.map((row) => row.name).join(' ')}\n`);
}
if (!process.argv.includes('--generate')) await buildKernel();
