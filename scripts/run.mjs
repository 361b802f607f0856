/** Runs commands for the scripts beside it: inherits the terminal, stops at the first failure. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository's root; ends this process with its status when it fails. */
export function run(command, ...args) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NPM_CONFIG_UPDATE_NOTIFIER: 'false' };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error) console.error(`Cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs the pinned pnpm, which need not be installed. */
export function pnpm(...args) {
  run('npx', '--yes', 'pnpm@10.34.9', ...args);
}

/** Installs the dependencies exactly as locked and builds every package. */
export function installAndBuild() {
  pnpm('install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn');
  pnpm('run', 'build', '--output-logs=errors-only');
}
