/**
 * How an argument or result is shown in a trace. The letter is what the kernel's formatter (assembly/trace) switches on;
 * `flags` kinds carry the name of their flag set.
 */
export const argumentKinds = {
  /** Signed 32-bit number. */
  i32: 'd',
  /** Signed 64-bit number. */
  i64: 'D',
  /** Unsigned number, decimal. */
  u64: 'u',
  /** Unsigned number, hexadecimal; also flag words whose bits are not named here. */
  hex: 'x',
  /** Address in the guest; NULL when 0. */
  pointer: 'p',
  /** File descriptor. */
  fd: 'f',
  /** Directory descriptor of the *at calls: AT_FDCWD. */
  dirFd: 'a',
  /** NUL-terminated string in the guest. */
  text: 's',
  /** Permission bits, octal. */
  mode: 'o',
  /** Signal number by name. */
  signal: 'S',
  /** Bytes written: shown as a string, as many as the next argument says. */
  output: 'b',
} as const;

export type ArgumentKind = keyof typeof argumentKinds;

/** A set of named bits. */
export interface FlagSet {
  readonly name: string;
  readonly bits: Readonly<Record<string, number>>;
  /** Names of the values of the lowest bits that are a number, not bits (O_ACCMODE). */
  readonly enumeration?: { readonly mask: number; readonly names: readonly string[] };
}

export type Argument = ArgumentKind | FlagSet;

export type Support = 'full' | 'partial' | 'absent';

/** One row of the system call table. */
export interface SyscallRow {
  readonly number: number;
  readonly name: string;
  readonly support: Support;
  readonly args: Readonly<Record<string, Argument>>;
  /** What is missing (partial), or what callers do without it (absent). */
  readonly note: string;
  /** Errno of an absent call. */
  readonly errno?: string;
}

export function full(number: number, name: string, args: Readonly<Record<string, Argument>>): SyscallRow {
  return { number, name, support: 'full', args, note: '' };
}

export function partial(
  number: number,
  name: string,
  args: Readonly<Record<string, Argument>>,
  note: string,
): SyscallRow {
  return { number, name, support: 'partial', args, note };
}

export function absent(number: number, name: string, note = '', errno = 'ENOSYS'): SyscallRow {
  return { number, name, support: 'absent', args: {}, note, errno };
}
