import { dirname, resolve } from 'node:path';
import {
  defaultPolicy,
  mergePolicy,
  parseDuration,
  parseEnvFile,
  parseFuel,
  parseMemory,
  parseMount,
  parsePolicy,
  parseSize,
  parseVariable,
  type Policy,
  type PolicyFlags,
  resolveHostPaths,
} from '@boxer/policy';
import { readFlagFile } from './flag-file.ts';
import type { RunArguments } from './parse-run-arguments.ts';

/**
 * The policy that the command line asks for: the file's, with the flags on top.
 *
 * @throws {@link PolicyInvalidError}, {@link PolicyFlagError}, {@link FlagFileError}
 */
export async function policyOf(request: RunArguments): Promise<Policy> {
  const path = request.value('policy');
  const policy = path === undefined ? defaultPolicy : await readPolicy(path);
  return resolveHostPaths(mergePolicy(policy, flagsOf(request)), process.cwd());
}

/** Reads a policy file; its relative host paths start at its folder. */
export async function readPolicy(path: string): Promise<Policy> {
  return resolveHostPaths(await parsePolicy(readFlagFile('--policy', path), path), dirname(resolve(path)));
}

function flagsOf(request: RunArguments): PolicyFlags {
  const optional = <T>(text: string | undefined, parse: (text: string) => T) =>
    text === undefined ? undefined : parse(text);
  return {
    mounts: request.values('volume').map(parseMount),
    environment: [
      ...request.values('env-file').flatMap((path) => parseEnvFile(readFlagFile('--env-file', path), path)),
      ...request.values('env').map(parseVariable),
    ],
    memoryMiB: optional(request.value('memory'), parseMemory),
    fuel: optional(request.value('fuel'), parseFuel),
    timeoutMs: optional(request.value('timeout'), parseDuration),
    maxOutputBytes: optional(request.value('max-output'), parseSize),
    tmpfs: request.values('tmpfs'),
    readonly: request.on('read-only') ? true : undefined,
  };
}
