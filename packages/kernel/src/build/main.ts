import { buildKernel } from './build-kernel.ts';
import { generateSources } from './generate-sources.ts';

const check = process.argv.includes('--check');
const stale = await generateSources({ check });
if (check && stale.length > 0) {
  process.stderr.write(`Generated files are out of date: ${stale.join(', ')}\n`);
  process.exitCode = 1;
} else if (!check) {
  await buildKernel();
}
