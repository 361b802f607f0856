import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RunnerNotBuiltError } from '../errors.ts';
import { takeEarlyWorker, workerOptions } from './early-worker.ts';

/**
 * Starts the thread that will run a box, or takes the one that was started early; it loads itself while the caller
 * compiles the component.
 *
 * @throws {@link RunnerNotBuiltError} when run from sources that were never built
 */
export function startWorker(): Worker {
  const early = takeEarlyWorker();
  if (early) return early;
  const path = fileURLToPath(new URL('../../dist/bundle/worker.js', import.meta.url));
  if (!existsSync(path)) throw new RunnerNotBuiltError(path);
  return new Worker(path, workerOptions);
}
