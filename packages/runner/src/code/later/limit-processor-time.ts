import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, for the one that it looks after does not come back to its event loop. */
const WATCH = `
  const { workerData: { limitMs, everyMs } } = require('node:worker_threads');
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1000 > limitMs) process.kill(process.pid, 'SIGKILL');
  }, everyMs);
`;
const LOOK_EVERY_MS = 250;

/**
 * Ends this process when it has used so much processor time. What is computed may be made by a guest so that it takes hours,
 * and nobody is there to end it.
 */
export function limitProcessorTime(limitMs: number): void {
  const everyMs = Math.min(limitMs, LOOK_EVERY_MS);
  new Worker(WATCH, { eval: true, env: {}, execArgv: [], workerData: { limitMs, everyMs } }).unref();
}
