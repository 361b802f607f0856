/**
 * `node fuel.mjs JSON`: runs a box with options of `runBox` and a clock and random numbers of its own, and writes its exit code,
 * what it wrote, and the instructions that it executed. The command line does not tell those.
 */
import { defaultPolicy } from '../../packages/policy/dist/index.js';
import { runBox } from '../../packages/runner/dist/bundle/index.js';

let stdout = '';
const { exitCode, fuelUsed } = await runBox({
  ...JSON.parse(process.argv[2] ?? ''),
  policy: defaultPolicy,
  hostEnvironment: {},
  repeatable: true,
  stdout: (chunk) => (stdout += Buffer.from(chunk).toString()),
});
process.stdout.write(JSON.stringify({ exitCode, stdout, fuelUsed: String(fuelUsed) }));
