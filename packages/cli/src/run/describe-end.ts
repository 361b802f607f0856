import type { Policy } from '@boxer/policy';
import type { RunResult } from '@boxer/runner';
import { formatBytes } from '../progress/format.ts';

/**
 * @returns why Boxer ended a box, in one line; undefined when it ended by itself. Why a program did not start, the
 * kernel has said on standard error.
 */
export function describeEnd(result: RunResult, policy: Policy): string | undefined {
  switch (result.reason) {
    case 'timeout':
      return `the box was ended: it ran longer than ${policy.timeoutMs} ms (--timeout)`;
    case 'out-of-fuel':
      return `the box was ended: it executed more than ${policy.fuel} instructions (--fuel)`;
    case 'out-of-memory':
      return `the box was ended: it used more than ${policy.memoryMiB} MiB of memory (--memory)`;
    case 'output-limit':
      return `the box was ended: it wrote more than ${formatBytes(policy.maxOutputBytes ?? 0)} (--max-output)`;
    case 'exited':
    case 'signalled':
    case 'killed':
    case 'not-started':
      return undefined;
  }
}
