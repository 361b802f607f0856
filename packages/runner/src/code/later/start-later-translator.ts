import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Has what a box left translated for the next run, by a process that nobody waits for. */
export function startLaterTranslator(packFolder: string | undefined, nativeFolder: string | undefined): void {
  const program = programPath();
  if (program === undefined || packFolder === undefined || nativeFolder === undefined) return;
  const child = spawn(process.execPath, [...process.execArgv, program, packFolder, nativeFolder], {
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  child.unref();
}

/** @returns undefined when run from sources that were never built */
function programPath(): string | undefined {
  return ['./later-translator.js', '../../../dist/bundle/later-translator.js']
    .map((each) => fileURLToPath(new URL(each, import.meta.url)))
    .find((each) => each.includes('bundle') && existsSync(each));
}
