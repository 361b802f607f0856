import type { MessagePort } from 'node:worker_threads';
import type { Mount } from '@boxer/policy';
import type { CodePlan } from './code/box-code.ts';
import type { ReachedPages } from './code/reached-pages.ts';
import type { CompiledComponent } from './link/compile-parts.ts';
import type { ScatteredPayload } from './link/payload-file.ts';

/** Where standard input comes from. */
export type InputPlan =
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A descriptor that never keeps a reader waiting. */
  | { readonly kind: 'file'; readonly fd: number }
  /** The main thread puts it into the control block when asked. */
  | { readonly kind: 'pumped' };

/** Where bytes go: nowhere, to a descriptor, or back to the main thread as messages. */
export type OutputPlan =
  | { readonly kind: 'discard' }
  | { readonly kind: 'descriptor'; readonly fd: number }
  | { readonly kind: 'posted' };

/** All that a thread needs to run a box. Plain data: it is sent to a worker. */
export interface GuestJob {
  readonly parts: CompiledComponent;
  /** In place of the component's. */
  readonly payload?: ScatteredPayload;
  /** The boot configuration, encoded. */
  readonly boot: Uint8Array;
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly mounts: readonly Mount[];
  /** Directories of the host that no mount may change. */
  readonly ownDirectories: readonly string[];
  readonly memoryBytes: number;
  /** What of it is translated; absent: everything is interpreted. */
  readonly code: CodePlan | undefined;
  /** The run is to be the same each time. */
  readonly repeatable: boolean;
  /** The run is to tell what code it executed. */
  readonly training: boolean;
  readonly maxOutputBytes: number | undefined;
  readonly stdin: InputPlan;
  readonly stdout: OutputPlan;
  readonly stderr: OutputPlan;
  readonly changes: OutputPlan;
  readonly terminal: boolean;
  readonly log: boolean;
  /** Nobody listens, events are posted, or written to a descriptor. */
  readonly audit: false | 'posted' | number;
  /** Through it come the answers of services; absent: there are none. */
  readonly answers?: MessagePort;
  /** Of the control block. */
  readonly shared: SharedArrayBuffer;
}

/** The parts of a job that say where its bytes go. */
export type Wiring = Pick<GuestJob, 'stdin' | 'stdout' | 'stderr' | 'changes' | 'terminal' | 'log' | 'audit'>;

/** How a box ended, as its thread saw it. */
export interface GuestEnd {
  /** 128 + n for a signal; 137 over memory, 152 out of fuel, 153 over output, 125 to 127 when it did not start. */
  readonly exitCode: number;
  readonly reason: EndReason;
  /** Signal number, when a signal ended it. */
  readonly signal?: number;
  /** Guest instructions executed; absent when the box was ended from outside. */
  readonly fuelUsed?: bigint;
  /** What code it executed, when that was asked for. */
  readonly reached?: ReachedPages;
  /** It left code in the cache that is to be translated for the next run. */
  readonly leftCode?: boolean;
}

export type EndReason =
  | 'exited'
  | 'signalled'
  | 'out-of-fuel'
  | 'out-of-memory'
  | 'output-limit'
  | 'not-started'
  | 'timeout'
  | 'killed';
