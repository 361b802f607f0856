import { fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { InputPlan, OutputPlan } from '../guest-job.ts';
import type { Input, Output } from '../run-options.ts';

/** How standard input is to be read, and the stream behind it when the main thread reads it. */
export interface PlannedInput {
  readonly plan: InputPlan;
  readonly open?: () => Readable;
}

/** Files and /dev/null are read by the worker itself; what can keep a reader waiting is read by the main thread. */
export function planInput(input: Input): PlannedInput {
  if (input === 'empty') return { plan: { kind: 'empty' } };
  if (input instanceof Readable) return { plan: { kind: 'pumped' }, open: () => input };
  if (typeof input !== 'number') return { plan: { kind: 'bytes', bytes: input } };
  const stats = statOpen(input);
  if (stats === undefined) return { plan: { kind: 'empty' } };
  const isTerminal = input === 0 && stats.isCharacterDevice() && process.stdin.isTTY;
  if (isTerminal || stats.isFIFO() || stats.isSocket()) {
    const open = () =>
      input === 0 ? process.stdin : new Socket({ fd: input, readable: true, writable: false });
    return { plan: { kind: 'pumped' }, open };
  }
  return { plan: { kind: 'file', fd: input } };
}

/** A process may be started with its standard input closed. */
function statOpen(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

/** Descriptors are written by the worker itself; functions are called by the main thread. */
export function planOutput(output: Output): OutputPlan {
  if (output === 'discard') return { kind: 'discard' };
  if (typeof output === 'function') return { kind: 'posted' };
  makeNonBlocking(output);
  return { kind: 'descriptor', fd: output };
}

/**
 * A worker that is blocked in write(2) on a full pipe cannot be ended. Node's own streams for standard output and error
 * put pipes into non-blocking mode, after which the worker waits where it can be ended.
 */
function makeNonBlocking(fd: number): void {
  if (fd !== 1 && fd !== 2) return;
  const stats = statOpen(fd);
  if (stats?.isFIFO() || stats?.isSocket()) void (fd === 1 ? process.stdout : process.stderr).writable;
}
