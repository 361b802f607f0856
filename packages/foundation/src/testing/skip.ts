import { spawnSync } from 'node:child_process';

/** Whether the host has a command. */
export function hasCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** @returns why tests that need these commands cannot run here, or undefined when they can */
export function whyNoCommand(...names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !hasCommand(name));
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
}

/**
 * Like `describe`; where the tests cannot run, one skipped test says why in their place.
 *
 * @param reason - undefined when they can
 */
export function describeIf(reason: string | undefined, title: string, body: () => void): void {
  if (reason === undefined) describe(title, body);
  else describe(title, () => it.skip(`skipped: ${reason}`, () => {}));
}
