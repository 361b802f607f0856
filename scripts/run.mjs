/** Runs commands for the scripts beside it: inherits the terminal, stops at the first failure. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository's root; ends this process with its status when it fails. */
export function run(command, ...args) {
  const status = statusOf(command, args);
  if (status !== 0) process.exit(status ?? 1);
}

/** @returns whether jest finds all well in these files, with more variables */
export function passes(files, variables) {
  return statusOf('npx', [...pinned, 'run', 'jest', ...files], variables) === 0;
}

function statusOf(command, args, variables = {}) {
  const env = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    ...variables,
  };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error) console.error(`Cannot run ${command}: ${error.message}`);
  return status;
}

const pinned = ['--yes', 'pnpm@10.34.9'];

/** Runs the pinned pnpm, which need not be installed. */
export function pnpm(...args) {
  run('npx', ...pinned, ...args);
}

/** Installs the dependencies exactly as locked and builds every package. */
export function installAndBuild() {
  pnpm('install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn');
  pnpm('run', 'build', '--output-logs=errors-only');
}
