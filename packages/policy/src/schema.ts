import { z } from 'zod';
import { limits } from './limits.ts';
import { guestPathProblem, hostPortProblem, variableProblem } from './problems.ts';

/** A string on which `problem` finds nothing to say. */
function checked(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

const noNul = (text: string) => (text.includes('\0') ? 'a path holds no NUL byte' : undefined);
const notEmpty = (text: string) => (text === '' ? 'the path is empty' : noNul(text));

/** A host directory and where it appears in the box. */
export const Mount = z.strictObject({
  host: checked(notEmpty).meta({
    description: 'Directory of the host; a relative path starts at the folder of the policy file.',
  }),
  guest: checked(guestPathProblem).meta({ description: 'Absolute path in the box at which it appears.' }),
  mode: z
    .enum(['ro', 'rw'])
    .default('ro')
    .meta({ description: '`ro`: every change is refused with EROFS. `rw`: the box may change it.' }),
});

/**
 * What a running box may reach. Everything absent is denied.
 * Unknown keys are errors: a typo must never read as a missing restriction.
 */
export const Policy = z.strictObject({
  version: z.literal(1).meta({ description: 'Version of this format. Always 1.' }),
  filesystem: z
    .array(Mount)
    .default([])
    .meta({ description: 'Host directories the box may reach. Nothing of the host is visible without one.' }),
  environment: z.array(checked(variableProblem)).default([]).meta({
    description:
      'Variables: `NAME` hands over the value the host has (nothing when the host has none), `NAME=VALUE` sets one.',
  }),
  connect: z.array(checked(hostPortProblem)).default([]).meta({
    description:
      '`host:port` targets; the port is required, so that a grant never widens by accident. **Not supported yet**: a list that is not empty is an error.',
  }),
  memoryMiB: z.int().min(limits.minMemoryMiB).max(limits.maxMemoryMiB).default(limits.defaultMemoryMiB).meta({
    description: 'Cap on the memory of all processes together. A box over it ends with exit code 137.',
  }),
  fuel: z.int().min(1).optional().meta({
    description:
      'Guest instructions that the box may execute. A box over it ends with exit code 152. Absent: no limit.',
  }),
  timeoutMs: z.int().min(1).max(limits.maxTimeoutMs).optional().meta({
    description:
      'Milliseconds of real time. A box over it is ended with exit code 124, whatever it is doing. Absent: no limit.',
  }),
  maxOutputBytes: z.int().min(0).optional().meta({
    description:
      'Bytes that the box may write to standard output and error together. A box over it is ended with exit code 153 (128 + SIGXFSZ). Absent: no limit.',
  }),
  tmpfs: z
    .array(checked(guestPathProblem))
    .default([])
    .meta({ description: 'Paths at which an empty directory in memory is mounted.' }),
  readonly: z
    .boolean()
    .default(false)
    .meta({ description: 'Refuse writes to the root filesystem. Mounts and tmpfs keep their own mode.' }),
});
