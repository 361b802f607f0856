import type { FlagRow } from '../flags/flag-row.ts';

/** The flags of `boxer run`. Names and letters are Docker's where Docker has the flag. */
export const runFlags = [
  {
    name: 'policy',
    kind: 'value',
    value: 'FILE',
    summary: 'Read grants and budgets from a policy file (YAML or JSON).',
  },
  {
    name: 'volume',
    char: 'v',
    kind: 'list',
    value: 'HOST:GUEST[:ro|rw]',
    summary: 'Mount a host directory.',
  },
  {
    name: 'env',
    char: 'e',
    kind: 'list',
    value: 'NAME[=VALUE]',
    summary: "Set a variable; without a value, pass the host's.",
  },
  { name: 'env-file', kind: 'list', value: 'FILE', summary: 'Read variables from a file, one per line.' },
  { name: 'workdir', char: 'w', kind: 'value', value: 'DIR', summary: 'Working directory in the box.' },
  {
    name: 'user',
    char: 'u',
    kind: 'value',
    value: 'USER[:GROUP]',
    summary: 'User to run as: name or number.',
  },
  {
    name: 'entrypoint',
    kind: 'value',
    value: 'CMD',
    summary: "Replace the image's entrypoint; drops its command.",
  },
  { name: 'interactive', char: 'i', kind: 'switch', summary: 'Connect standard input.' },
  { name: 'tty', char: 't', kind: 'switch', summary: 'Give the box a terminal.' },
  { name: 'memory', char: 'm', kind: 'value', value: 'SIZE', summary: 'Cap on the memory: 512m, 2g.' },
  { name: 'fuel', kind: 'value', value: 'N', summary: 'Cap on the instructions executed: 500m, 2g.' },
  { name: 'timeout', kind: 'value', value: 'DURATION', summary: 'Cap on the time: 30s, 2m.' },
  {
    name: 'max-output',
    kind: 'value',
    value: 'SIZE',
    summary: 'Cap on what is written to standard output and error.',
  },
  { name: 'tmpfs', kind: 'list', value: 'DIR', summary: 'An empty directory in memory.' },
  {
    name: 'rm',
    kind: 'switch',
    summary: 'As in Docker; a box never leaves anything behind, with or without it.',
  },
  { name: 'read-only', kind: 'switch', summary: 'Refuse writes to the root filesystem.' },
  {
    name: 'audit',
    kind: 'value',
    value: 'FILE',
    summary: 'Write every decision of the policy to a file, as JSON lines.',
  },
  {
    name: 'jit',
    kind: 'value',
    value: 'on|off|auto',
    summary: 'Translate code while it runs: auto, the default, when it pays; on earlier.',
  },
  { name: 'strace', kind: 'switch', summary: 'Trace system calls to standard error.' },
  { name: 'help', kind: 'switch', summary: 'Show this help.' },
] as const satisfies readonly FlagRow[];

/** Long name of a flag of `boxer run`. */
export type RunFlagName = (typeof runFlags)[number]['name'];
