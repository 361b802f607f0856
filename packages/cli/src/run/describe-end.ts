import type { Policy } from '@boxer/policy';
import type { RunResult } from '@boxer/runner';
import { formatBytes } from '../progress/format.ts';
import type { RunArguments } from './parse-run-arguments.ts';

/** @returns why a box ended when that was not the program's own doing, in one line; undefined otherwise */
export function describeEnd(result: RunResult, policy: Policy, request: RunArguments): string | undefined {
  switch (result.reason) {
    case 'timeout':
      return `the box was ended: it ran longer than ${policy.timeoutMs} ms (--timeout)`;
    case 'out-of-fuel':
      return `the box was ended: it executed more than ${policy.fuel} instructions (--fuel)`;
    case 'out-of-memory':
      return `the box was ended: it used more than ${policy.memoryMiB} MiB of memory (--memory)`;
    case 'output-limit':
      return `the box was ended: it wrote more than ${formatBytes(policy.maxOutputBytes ?? 0)} (--max-output)`;
    case 'not-started':
      return notStarted(result.exitCode, request);
    default:
      return undefined;
  }
}

function notStarted(exitCode: number, request: RunArguments): string {
  const name = request.value('entrypoint') ?? request.command[0] ?? 'the program that the image starts';
  if (exitCode === 127) return `Cannot start ${name}: there is no such file in the box`;
  if (exitCode === 126) return `Cannot start ${name}: it is not executable`;
  return `Cannot start ${name}: the box did not boot`;
}
