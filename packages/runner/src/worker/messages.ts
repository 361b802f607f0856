import type { AuditEvent } from '../audit/audit.ts';
import type { GuestEnd } from '../guest-job.ts';

/** Streams that a worker posts back. */
export type PostedStream = 'stdout' | 'stderr' | 'changes';

/** An error on its way between threads. */
export interface PostedError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly stack?: string;
}

/** What a worker tells the main thread while, and after, it runs a box. */
export type WorkerMessage =
  | { readonly type: 'output'; readonly stream: PostedStream; readonly bytes: Uint8Array }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'audit'; readonly event: AuditEvent }
  | { readonly type: 'want-input' }
  /** The worker waits until the answer comes through the port of the job. */
  | { readonly type: 'ask'; readonly service: number; readonly request: Uint8Array }
  | { readonly type: 'raw'; readonly raw: boolean; readonly count: number }
  | { readonly type: 'ended'; readonly end: GuestEnd }
  | { readonly type: 'failed'; readonly error: PostedError };
