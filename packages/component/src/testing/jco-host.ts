/** Runs components under jco's preview2-shim: a host that shares no code with ours. For tests only. */
import { transpile } from '@bytecodealliance/jco';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const shim = fileURLToPath(new URL('../../node_modules/@bytecodealliance/preview2-shim', import.meta.url));

/** What a run printed, and 0 or 1: all that `wasi:cli/run` says. */
export interface HostRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly failed: boolean;
}

/** A component made ready to run. */
export interface HostedComponent {
  run(args?: readonly string[], input?: string): HostRun;
}

/**
 * Translates a component to JavaScript. Nothing is granted: no directory, no variable.
 *
 * @param folder - takes the result; must not exist
 */
export async function hostWithJco(component: string, folder: string): Promise<HostedComponent> {
  const { files } = await transpile(new Uint8Array(readFileSync(component)), { name: 'box' });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const scope = join(folder, 'node_modules', '@bytecodealliance');
  mkdirSync(scope, { recursive: true });
  symlinkSync(shim, join(scope, 'preview2-shim'));
  writeFileSync(join(folder, 'main.mjs'), main);
  return {
    run(args = [], input = '') {
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'main.mjs'), ...args], {
        encoding: 'utf8',
        input,
        timeout: 60_000,
      });
      return { stdout, stderr, failed: status !== 0 };
    },
  };
}

const main = `
import { _setArgs, _setEnv } from '@bytecodealliance/preview2-shim/cli';
import { _setPreopens } from '@bytecodealliance/preview2-shim/filesystem';
_setArgs(['box', ...process.argv.slice(2)]);
_setEnv({});
_setPreopens({});
const { run } = await import('./box.js');
try {
  run.run();
} catch (error) {
  if (!('payload' in error)) console.error(error);
  process.exitCode = 1;
}
`;
