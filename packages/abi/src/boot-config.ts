/**
 * The boot configuration: what the kernel starts, as `key=value` strings, each ended by a NUL byte (so values may hold
 * anything else). A repeated key forms a list. `boxer build` bakes one into the payload from the image config;
 * `boxer run` may replace it whole (see the `bootConfig` host slot).
 */
export const bootKeys = {
  entrypoint: 'list: the image config Entrypoint',
  cmd: 'list: the image config Cmd; replaced by the arguments the host gives, if any',
  env: 'list: NAME=VALUE; later ones win; variables that the host grants come after these',
  cwd: 'working directory; "/" when absent',
  user: 'USER as in a Dockerfile: name or uid, optionally ":" and group name or gid; resolved in the box',
  hostname: 'what uname(2) says; "boxer" when absent',
  memory: 'cap on the guest memory in bytes, decimal; also what /proc/meminfo shows',
  fuel: 'guest instructions the whole box may execute, decimal; absent: no limit',
  umask: 'octal; 0022 when absent',
  strace: '"1": trace system calls through the `log` host slot',
  export:
    '"1": when the first process has ended, hand the changes to the filesystem to the `diffWrite` host slot',
  stopsignal: 'number of the signal that asks the first process to end',
  mount:
    'list: GUEST:ro|rw — a WASI preopened directory of that name is mounted at GUEST; a preopen without a row is mounted read-write at its own name',
  tmpfs: 'list: PATH or PATH:size=BYTES — an empty in-memory directory is mounted there',
  readonly: '"1": the root filesystem refuses writes',
  readonlyPath:
    'list: path of a file or directory in the tree that refuses writes, like a read-only bind mount',
  exactEnv: '"1": env is complete; otherwise PATH, HOSTNAME and HOME are added when missing, as Docker does',
  lastPid:
    'decimal: the second process gets the number after it, as if others had come and gone (Linux: /proc/sys/kernel/ns_last_pid)',
  service:
    'list: PATH:MODE:UID:GID — the file at PATH is covered by a Unix socket whose requests the host answers, through the `ask` host slot, which counts services from 0; messages are as those of an SSH agent, with their length in front',
  stdin: '"null": the host sends nothing: standard input is /dev/null; otherwise it looks like a pipe',
} as const;

export type BootKey = keyof typeof bootKeys;
