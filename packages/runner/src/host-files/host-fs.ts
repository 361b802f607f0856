/** Times, identity and kind of a file: the part of Node's `BigIntStats` that the runner uses. */
export interface HostStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly atimeNs?: bigint | undefined;
  readonly mtimeNs?: bigint | undefined;
  readonly ctimeNs?: bigint | undefined;
}

interface BigIntOption {
  readonly bigint: true;
}

/**
 * The part of Node's synchronous `fs` that a mounted directory needs. `node:fs` has this shape, and so has memfs: a
 * mount may be the disk or memory.
 */
export interface HostFs {
  openSync(path: string, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  fstatSync(fd: number, options: BigIntOption): HostStats;
  lstatSync(path: string, options: BigIntOption): HostStats;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, size: number): void;
  fsyncSync(fd: number): void;
  futimesSync(fd: number, accessed: number, modified: number): void;
  lutimesSync(path: string, accessed: number, modified: number): void;
  utimesSync(path: string, accessed: number, modified: number): void;
  mkdirSync(path: string): unknown;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  symlinkSync(target: string, path: string): void;
  readlinkSync(path: string): unknown;
  readdirSync(path: string): unknown;
  realpathSync(path: string): unknown;
}

export const fileKinds = {
  mask: 0o170000n,
  directory: 0o040000n,
  regular: 0o100000n,
  symlink: 0o120000n,
} as const;

/** @returns whether the mode is of that kind */
export function isKind(stats: HostStats, kind: Exclude<keyof typeof fileKinds, 'mask'>): boolean {
  return (stats.mode & fileKinds.mask) === fileKinds[kind];
}
