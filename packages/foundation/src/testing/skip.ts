import { spawnSync } from 'node:child_process';

/** @returns why tests that need these commands cannot run here, or undefined when they can */
export function whyNoCommand(...names: readonly string[]): string | undefined {
  const missing = names.filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined,
  );
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
}

/** @returns why tests that only root can run cannot run here, or undefined when they can */
export function whyNotRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'the user is not root';
}

/**
 * Like `describe`; where the tests cannot run, one skipped test says why in their place.
 *
 * @param reason - undefined when they can
 */
export function describeIf(reason: string | undefined, title: string, body: () => void): void {
  if (reason === undefined) describe(title, body);
  else {
    tell(title, reason);
    describe(title, () => it.skip(`skipped: ${reason}`, () => {}));
  }
}

/**
 * Like `it`; where the test cannot run, its title says why.
 *
 * @param reason - undefined when it can
 */
export function itIf(
  reason: string | undefined,
  title: string,
  body: (() => void) | (() => Promise<void>),
  timeoutMs?: number,
): void {
  if (reason === undefined) it(title, body, timeoutMs);
  else {
    tell(title, reason);
    it.skip(`${title} (skipped: ${reason})`, body);
  }
}

/** Jest shows the titles of skipped tests neither of several files nor of a file that has no others. */
function tell(title: string, reason: string): void {
  process.stderr.write(`Skipped: ${title}: ${reason}\n`);
}
