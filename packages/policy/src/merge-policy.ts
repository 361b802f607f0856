import { isAbsolute, resolve } from 'node:path';
import type { Mount, Policy } from './policy.ts';

/** What the command line adds to a policy. Absent fields leave the policy's own. */
export interface PolicyFlags {
  readonly mounts?: readonly Mount[] | undefined;
  /** NAME or NAME=VALUE, those of an `--env-file` before those of `-e`. */
  readonly environment?: readonly string[] | undefined;
  readonly memoryMiB?: number | undefined;
  readonly fuel?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxOutputBytes?: number | undefined;
  readonly tmpfs?: readonly string[] | undefined;
  readonly readonly?: boolean | undefined;
}

/**
 * Adds flags to a policy. Grants add up, budgets replace. A flag about the same guest path or variable as a row of the
 * policy replaces that row: what stands on the command line is what the user sees.
 *
 * @returns a new policy; `policy` is unchanged
 */
export function mergePolicy(policy: Policy, flags: PolicyFlags): Policy {
  const taken = new Set([...(flags.mounts ?? []).map(({ guest }) => guest), ...(flags.tmpfs ?? [])]);
  const budgets = {
    memoryMiB: flags.memoryMiB ?? policy.memoryMiB,
    fuel: flags.fuel ?? policy.fuel,
    timeoutMs: flags.timeoutMs ?? policy.timeoutMs,
    maxOutputBytes: flags.maxOutputBytes ?? policy.maxOutputBytes,
  };
  return {
    ...policy,
    ...budgets,
    filesystem: lastPerKey(
      [...policy.filesystem.filter(({ guest }) => !taken.has(guest)), ...(flags.mounts ?? [])],
      (mount) => mount.guest,
    ),
    environment: lastPerKey([...policy.environment, ...(flags.environment ?? [])], variableName),
    tmpfs: [...new Set([...policy.tmpfs.filter((path) => !taken.has(path)), ...(flags.tmpfs ?? [])])],
    readonly: flags.readonly ?? policy.readonly,
  };
}

/** @returns the policy with host directories made absolute from `folder`, that of the policy file */
export function resolveHostPaths(policy: Policy, folder: string): Policy {
  const filesystem = policy.filesystem.map((mount) => ({
    ...mount,
    host: isAbsolute(mount.host) ? mount.host : resolve(folder, mount.host),
  }));
  return { ...policy, filesystem };
}

/** @returns the part of `NAME` or `NAME=VALUE` before the first "=" */
export function variableName(variable: string): string {
  return variable.split('=', 1)[0] ?? variable;
}

/** Keeps the last item of each key, at the place of the first. */
function lastPerKey<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
