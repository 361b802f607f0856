import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RunnerNotBuiltError } from '../errors.ts';

/**
 * Starts the thread that will run a box; it loads itself while the caller compiles the component.
 *
 * @throws {@link RunnerNotBuiltError} when run from sources that were never built
 */
export function startWorker(): Worker {
  const path = fileURLToPath(new URL('../../dist/bundle/worker.js', import.meta.url));
  if (!existsSync(path)) throw new RunnerNotBuiltError(path);
  return new Worker(path, { env: {}, execArgv: [], stdin: false, name: 'box' });
}
