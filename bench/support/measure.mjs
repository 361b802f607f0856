/** Timing of whole commands. Machines are noisy: quote medians of interleaved runs, and ratios. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const TICK_MS = 10;

/** @returns wall and processor time in milliseconds and the peak of resident memory in MiB of a command run to its end */
export async function runOnce([file, ...args], { allowFailure = false, cwd } = {}) {
  const start = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  let peakKiB = 0;
  let cpuMs = 0;
  const poll = setInterval(() => {
    peakKiB = Math.max(peakKiB, highWaterMark(child.pid));
    cpuMs = Math.max(cpuMs, processorMs(child.pid));
  }, 4);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const wallMs = performance.now() - start;
  clearInterval(poll);
  if (status !== 0 && !allowFailure)
    throw new Error(`${file} ${args.join(' ')}: exit code ${status}\n${errors}`);
  return { wallMs, cpuMs, peakMiB: peakKiB / 1024 };
}

/** VmHWM only grows, so the last look before the end comes close. */
function highWaterMark(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Of all threads, and of children that have ended. What happens after the last look is missed: a few milliseconds. */
function processorMs(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
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
        cpuMs: Math.round(median(samples[name].map(({ cpuMs }) => cpuMs))),
        peakMiB: Math.round(median(samples[name].map(({ peakMiB }) => peakMiB))),
      },
    ]),
  );
}

/**
 * @param measured - what {@link interleaved} returned
 * @returns the figures of `base` in milliseconds, those of others as multiples of its wall time
 */
export function ratiosTo(base, measured) {
  const { [base]: unit, ...others } = measured;
  const ratios = Object.entries(others).map(([name, { medianMs }]) => [
    name,
    Math.round((medianMs / unit.medianMs) * 100) / 100,
  ]);
  return { [`${base}Ms`]: unit.medianMs, ...Object.fromEntries(ratios) };
}
