import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A box's thread sees nothing of this process's environment and flags. */
export const workerOptions: WorkerOptions = { env: {}, execArgv: [], stdin: false, name: 'box' };

/** Shared by all copies of this module: `prestart` is bundled apart from the rest. */
const key = Symbol.for('@boxer/runner early worker');

/** Keeps a worker for the next box; until then it does not keep the process alive. */
export function keepEarlyWorker(worker: Worker): void {
  worker.unref();
  Reflect.set(globalThis, key, worker);
}

/** @returns the worker that was kept, once */
export function takeEarlyWorker(): Worker | undefined {
  const worker: unknown = Reflect.get(globalThis, key);
  if (!(worker instanceof Worker)) return undefined;
  Reflect.deleteProperty(globalThis, key);
  worker.ref();
  return worker;
}
