import { readFile } from 'node:fs/promises';
import { defaultPolicy, parsePolicy, type Policy } from '@boxer/policy';
import { BuildInputError } from '../errors/base-error.ts';

/**
 * What RUN may use when nobody says otherwise: no network, no file of the host, a compiler's worth of memory, an hour.
 */
export const defaultBuildPolicy: Policy = {
  ...defaultPolicy,
  memoryMiB: 2048,
  timeoutMs: 60 * 60 * 1000,
  maxOutputBytes: 64 * 1024 * 1024,
};

/**
 * Reads the budgets for RUN; those that it does not name stay as without it. Grants have no place in it: what a build sees
 * comes from its context and its mounts, so that equal input gives an equal image.
 *
 * @throws {@link BuildInputError} when the file grants something
 */
export async function readBuildPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) return defaultBuildPolicy;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BuildInputError(
      `Cannot read policy ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  });
  const policy = await parsePolicy(text, path, defaultBuildPolicy);
  for (const key of ['filesystem', 'environment', 'connect'] as const) {
    if (policy[key].length === 0) continue;
    throw new BuildInputError(`Cannot use policy ${path} for a build: it grants ${key}`, {
      hint: 'Use --build-context, --build-arg and --secret; keep budgets only in the policy of a build.',
    });
  }
  return policy;
}
