/** Bounds that the schema and the command line flags share. */
export const limits = {
  /** Below this not even a shell has room beside the engine's own tables. */
  minMemoryMiB: 16,
  /** Guest addresses are below 4 GiB. */
  maxMemoryMiB: 4096,
  /** Enough for compilers and interpreters; a box that needs more says so. */
  defaultMemoryMiB: 1024,
  /** Longest timer that JavaScript's setTimeout takes. */
  maxTimeoutMs: 2 ** 31 - 1,
  /** A policy is written by people: anything larger is the wrong file. */
  maxPolicyCharacters: 1_000_000,
} as const;

export const BYTES_PER_MIB = 1024 * 1024;
