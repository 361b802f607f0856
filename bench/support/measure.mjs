/** Timing of whole commands. Machines are noisy: quote medians of interleaved runs, and ratios. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export const rounded = (value, digits = 2) => Number(value.toFixed(digits));

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

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
 * @param commands - by name: words, or `{ run: words, before }` with what is to be done before each run
 * @returns medians by name, rounded
 */
export async function interleaved(commands, runs) {
  const names = Object.keys(commands);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= runs; round++) {
    for (const name of names) {
      const { run = commands[name], before } = commands[name];
      before?.();
      const sample = await runOnce(run);
      if (round > 0) samples[name].push(sample);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summaryOf(samples[name])]));
}

/** @returns the medians of what {@link runOnce} returned, rounded */
export function summaryOf(samples) {
  const of = (key) => Math.round(median(samples.map((sample) => sample[key])));
  return { medianMs: of('wallMs'), cpuMs: of('cpuMs'), peakMiB: of('peakMiB') };
}

/**
 * Runs a short command of the host some times. The kernel knows the sum of user and system time to the microsecond, but
 * shares it out by ticks: one of the two alone means nothing.
 *
 * @returns what a run printed, and its processor time in milliseconds
 */
export function processorTime(command, runs = 1) {
  const script = `TIMEFORMAT="%3U %3S"; time for i in $(seq ${runs}); do "$@"; done`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  const [user, system] = stderr.trim().split(/\s+/).slice(-2).map(Number);
  if (!(user + system >= 0)) throw new Error(`${command.join(' ')}: ${stderr}`);
  return { output: stdout.slice(0, stdout.length / runs), ms: ((user + system) * 1000) / runs };
}

/** Processor time of this thread in milliseconds: neither other processes nor the host's compiler threads count. */
export function threadMs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/**
 * @param measured - what {@link interleaved} returned
 * @returns the figures of `base` in milliseconds, those of others as multiples of its wall time
 */
export function ratiosTo(base, measured) {
  const { [base]: unit, ...others } = measured;
  const ratios = Object.entries(others).map(([name, { medianMs }]) => [
    name,
    rounded(medianMs / unit.medianMs),
  ]);
  return { [`${base}Ms`]: unit.medianMs, ...Object.fromEntries(ratios) };
}
