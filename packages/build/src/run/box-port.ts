import type { Tree } from '@boxer/fsimage';

/** A file that a box executes, in a directory of its own. */
export interface BoxScript {
  readonly directory: string;
  readonly name: string;
  readonly content: string;
  readonly mode: number;
}

/** An empty directory in memory. */
export interface BoxTmpfs {
  readonly path: string;
  /** Limit on what its files hold; undefined: what the box has. */
  readonly sizeBytes: number | undefined;
}

/** A Unix socket whose requests this process answers; it covers a file of the tree. */
export interface BoxService {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** @param request - a whole message, with its length in front, as those of an SSH agent */
  answer(request: Uint8Array): Promise<Uint8Array>;
}

/** A command to execute in a box. */
export interface BoxRequest {
  /** Root filesystem. */
  readonly tree: Tree;
  readonly argv: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly hostname: string;
  /** As in USER; undefined means root. */
  readonly user: string | undefined;
  /** Empty directories in memory. */
  readonly tmpfs: readonly BoxTmpfs[];
  /** Paths in the tree that refuse writes, without symbolic links. */
  readonly readonlyPaths: readonly string[];
  /** Read-only files, in places such as /dev where the box has file systems of its own. */
  readonly scripts: readonly BoxScript[];
  readonly services: readonly BoxService[];
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
}

/** How a command ended. */
export type BoxOutcome =
  | {
      readonly kind: 'exited';
      /** Exit status, or 128 and the number of the signal that ended it. */
      readonly exitCode: number;
      /** What it changed; see `change-stream.ts` in package abi. To be read once. */
      readonly changes: AsyncIterable<Uint8Array>;
    }
  /** The program could not be started: 126 or 127. */
  | { readonly kind: 'not-started'; readonly exitCode: number }
  | { readonly kind: 'limit'; readonly why: string };

/** Executes commands in boxes. */
export interface Box {
  run(request: BoxRequest): Promise<BoxOutcome>;
  /** What a command's outcome depends on besides its request: versions, budgets. */
  identity(): Promise<readonly unknown[]>;
}
