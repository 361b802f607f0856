import type { Policy } from '@boxer/policy';
import type { Readable } from 'node:stream';
import type { AuditEvent } from './audit/audit.ts';
import type { JitMode } from './code/jit/thresholds.ts';
import type { ReachedPages } from './code/reached-pages.ts';
import type { EndReason } from './guest-job.ts';
import type { ScatteredPayload } from './link/payload-file.ts';

export type { JitMode };

/** What a box is started with. Nothing of the host is granted but by `policy`. */
export interface StartOptions {
  readonly componentPath: string;
  /** Root filesystem in place of the component's own, in files that stay open until the box ends. */
  readonly payload?: ScatteredPayload;
  readonly policy: Policy;
  /** Replaces the image's Cmd, when not empty. */
  readonly args?: readonly string[];
  /** Replaces the image's Entrypoint, and drops its Cmd. */
  readonly entrypoint?: readonly string[];
  /** NAME=VALUE, added to the image's; those that the policy grants come after these. */
  readonly env?: readonly string[];
  readonly workdir?: string;
  /** As in a Dockerfile: name or uid, optionally ":" and group. */
  readonly user?: string;
  readonly hostname?: string;
  /**
   * Translate code to Wasm while the box runs: `auto` when it pays, `on` as early as possible, `force`, for tests, all
   * that is seen, while the box waits. Default `off`. Results and fuel are the same.
   */
  readonly jit?: JitMode;
  /** Use the translated code in the component; true unless given. `force`, for tests: from the start, while the box waits for it. */
  readonly packs?: boolean | 'force';
  /** Make the run the same each time, with a clock and random numbers of its own; it ends when it waits for something else. */
  readonly repeatable?: boolean;
  /** The same, without translated code; the result tells what code was executed. */
  readonly training?: boolean;
  /** Where compiled and translated code is kept for further runs; absent: nowhere. Others must not be able to write to it. */
  readonly codeCacheDirectory?: string;
  /** Directories of Boxer's own, besides that one: no mount lets a box write there, even when it contains them. */
  readonly ownDirectories?: readonly string[];
  /** Trace system calls through `onLog`. */
  readonly strace?: boolean;
  /** Where granted variables come from; `process.env` unless given. */
  readonly hostEnvironment?: Readonly<Record<string, string | undefined>>;
}

/** Bytes that come out of a box: dropped, written to a descriptor, or handed to a function. */
export type Output = 'discard' | number | ((chunk: Uint8Array) => void);

/** Standard input: none, a descriptor, bytes, or a stream. It is read only when the box reads. */
export type Input = 'empty' | number | Uint8Array | Readable;

/** Options of {@link runBox}. */
export interface RunOptions extends StartOptions {
  readonly stdin?: Input;
  readonly stdout?: Output;
  readonly stderr?: Output;
  /** Standard input, output and error are a terminal. */
  readonly tty?: boolean;
  /** Takes diagnostic lines of the box, such as traces; they go to its standard error when absent. */
  readonly onLog?: (line: string) => void;
  /** Takes audit events, or the descriptor to which each is written as a line of JSON. */
  readonly audit?: number | ((event: AuditEvent) => void);
  /**
   * Answers a request of the box to a service (see the boot key `service` in @boxer/abi): request and answer are whole
   * messages, with their length in front. undefined: the connection ends. The box waits meanwhile.
   */
  readonly onRequest?: (service: number, request: Uint8Array) => Promise<Uint8Array | undefined>;
  /** Takes what the box changed in its root filesystem, as a change stream (see @boxer/abi). */
  readonly exportChanges?: Exclude<Output, 'discard'>;
  /** Aborting it ends the box at once; `runBox` then rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Pass signals that this process gets on to the box: see docs/architecture/runner.md. */
  readonly forwardSignals?: boolean;
  /** How long a box may go on after SIGTERM or SIGHUP was passed on; 10,000 unless given. */
  readonly stopGraceMs?: number;
}

/** How a box ended. */
export interface RunResult {
  /** The guest's own, 128 + n for a signal, or one of Boxer's: 124, 125, 126, 127, 137, 152, 153. */
  readonly exitCode: number;
  readonly reason: EndReason;
  /** Number of the signal that ended it. */
  readonly signal?: number;
  /** Guest instructions executed by all processes; absent when the box was ended from outside (timeout, killed). */
  readonly fuelUsed?: bigint;
  /** With `training`: what code was executed. */
  readonly reached?: ReachedPages;
  readonly elapsedMs: number;
}
