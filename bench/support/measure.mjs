/** Timing of whole commands. Machines are noisy: quote medians of interleaved runs, and ratios. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** @returns wall time in milliseconds and the peak of resident memory in MiB of a command run to its end */
export async function runOnce([file, ...args], { allowFailure = false, cwd } = {}) {
  const start = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  let peakKiB = 0;
  const poll = setInterval(() => (peakKiB = Math.max(peakKiB, highWaterMark(child.pid))), 4);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const wallMs = performance.now() - start;
  clearInterval(poll);
  if (status !== 0 && !allowFailure)
    throw new Error(`${file} ${args.join(' ')}: exit code ${status}\n${errors}`);
  return { wallMs, peakMiB: peakKiB / 1024 };
}

/** VmHWM only grows, so the last look before the end comes close. */
function highWaterMark(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Runs commands in turn, A B A B …, after one warm-up of each.
 *
 * @param commands - by name
 * @returns medians by name, rounded
 */
export async function interleaved(commands, runs = 7) {
  const names = Object.keys(commands);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const name of names) {
      const sample = await runOnce(commands[name]);
      if (run > 0) samples[name].push(sample);
    }
  }
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        medianMs: Math.round(median(samples[name].map(({ wallMs }) => wallMs))),
        peakMiB: Math.round(median(samples[name].map(({ peakMiB }) => peakMiB))),
      },
    ]),
  );
}
