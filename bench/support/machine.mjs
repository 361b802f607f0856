/** What a result was measured on, and what the machine can measure. */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Images and base systems, kept between runs. */
export const kept = join(tmpdir(), 'boxer-bench');

export const boxer = (...args) => [process.execPath, join(root, 'boxer'), ...args];

export function hasCommand(name) {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Runs a preparing command; what it writes is shown only when it fails. */
export function prepare([file, ...args], options = {}) {
  const { status, stderr, stdout, error } = spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    ...options,
  });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}

/** Machine and commit, for the head of a result. */
export function circumstances() {
  const dirty = prepare(['git', 'status', '--porcelain', '--', 'packages']).trim() !== '';
  return {
    commit: prepare(['git', 'rev-parse', '--short', 'HEAD']).trim() + (dirty ? '+changes' : ''),
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    /** What else ran: with more than a few tenths, only ratios and processor times mean something. */
    loadAverage: Number(loadavg()[0].toFixed(1)),
  };
}
