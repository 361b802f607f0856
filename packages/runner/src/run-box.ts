import { BoxerError, exitCodes } from '@boxer/foundation';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { appendAudit } from './audit/audit-file.ts';
import { Audit, type AuditEvent } from './audit/audit.ts';
import type { CodeSupply } from './code/supply/code-supply.ts';
import { startLaterTranslator } from './code/later/start-later-translator.ts';
import { startSupply } from './code/supply/start-supply.ts';
import { ControlBlock } from './control/control-block.ts';
import type { GuestEnd } from './guest-job.ts';
import { optimiseScripts } from './native-code/optimising.ts';
import { NativeCodeCache, WORTH_KEEPING_MS } from './native-code/native-code-cache.ts';
import { planJob } from './plan-job.ts';
import type { Output, RunOptions, RunResult } from './run-options.ts';
import { InputPump } from './supervise/input-pump.ts';
import { SignalForwarder } from './supervise/signals.ts';
import { startWorker } from './supervise/start-worker.ts';
import { planInput, planOutput } from './supervise/stdio-plan.ts';
import { Terminal } from './supervise/terminal.ts';
import type { PostedError, WorkerMessage } from './worker/messages.ts';

const DEFAULT_GRACE_MS = 10_000;
/** What a message weighs beside its content; as the worker reckons. */
const MESSAGE_BYTES = 256;
/** A thread that is stuck in the operating system may not end at all: nobody waits longer for it. */
const TERMINATE_WAIT_MS = 500;

/** The box could not run, or not go on: the error of its thread. */
export class BoxFailedError extends BoxerError {
  readonly code: string;
  override readonly hint: string;

  constructor(error: PostedError) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint ?? 'Please report this with the image.';
    if (error.stack !== undefined) this.stack = error.stack;
  }
}

/**
 * Runs a box in a thread of its own, under a policy.
 *
 * @returns how it ended; a box that failed by itself is a result, not an error
 * @throws a {@link BoxerError} when the component is damaged, a mount is missing, or the box trapped: exit code 125
 * @throws the reason of `signal` when that is aborted
 */
export async function runBox(options: RunOptions): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const started = performance.now();
  const control = new ControlBlock();
  const code = new NativeCodeCache(options.codeCacheDirectory);
  const worker = startWorker();
  let endsByItself = false;
  let terminal: Terminal | undefined;
  let supplyPort: MessagePort | undefined;
  const ended = new AbortController();
  let servicePort: MessagePort | undefined;
  let supplying: Promise<CodeSupply | undefined> | undefined;
  try {
    // First of all: what is typed while the component is compiled must not be echoed twice.
    if (options.tty) terminal = new Terminal(control);
    const input = planInput(options.stdin ?? 'empty');
    const { job, supply } = planJob(
      options,
      {
        stdin: input.plan,
        stdout: planOutput(options.stdout ?? 'discard'),
        stderr: planOutput(options.stderr ?? 'discard'),
        changes: planOutput(options.exportChanges ?? 'discard'),
        terminal: options.tty ?? false,
        log: options.onLog !== undefined,
        audit:
          options.audit === undefined ? false : typeof options.audit === 'number' ? options.audit : 'posted',
      },
      { shared: control.shared, code, withSupply: true },
    );
    const services = options.onRequest && new MessageChannel();
    servicePort = services?.port1;
    const ports = [job.code?.supply, services?.port2].filter((port) => port !== undefined);
    worker.postMessage(services === undefined ? job : { ...job, answers: services.port2 }, ports);
    if (supply) {
      supplyPort = supply.port;
      // Packs that cannot be had are no reason to end the box.
      supplying = startSupply(supply, code, ended.signal).catch(() => undefined);
    }
    const pump = input.open && new InputPump(input.open, control);
    const { leftCode, ...end } = await supervise(options, { worker, control, pump, terminal, servicePort });
    endsByItself = end.reason !== 'timeout' && end.reason !== 'killed';
    const elapsedMs = performance.now() - started;
    if (elapsedMs > WORTH_KEEPING_MS) {
      // What it was asked for is wanted then.
      (await supplying)?.wantNew();
      code.fill();
    }
    if (leftCode) startLaterTranslator(job.code?.cacheFolder, options.codeCacheDirectory);
    return { ...end, elapsedMs };
  } finally {
    terminal?.close();
    ended.abort();
    supplyPort?.close();
    servicePort?.close();
    // Tearing a thread down waits for the engine's optimising compiler; a box that has ended need not wait for it.
    if (endsByItself)
      worker
        .removeAllListeners()
        .on('error', () => undefined)
        .on('exit', () => optimiseScripts(true))
        .unref();
    else {
      await terminate(worker);
      optimiseScripts(true);
    }
  }
}

interface Box {
  readonly worker: Worker;
  readonly control: ControlBlock;
  readonly pump: InputPump | undefined;
  readonly terminal: Terminal | undefined;
  readonly servicePort: MessagePort | undefined;
}

/** Serves the worker until the box ends, by itself or because its time is up. */
async function supervise(options: RunOptions, box: Box): Promise<GuestEnd> {
  const { worker, control, pump, terminal } = box;
  const audit = new Audit(auditSink(options.audit));
  const { promise, resolve, reject } = deferred<GuestEnd>();
  const { policy, signal } = options;

  const deadline = performance.now() + (policy.timeoutMs ?? Infinity);
  const onTimeout = () => {
    audit.refused('budget', 'time', { timeoutMs: policy.timeoutMs ?? 0 });
    resolve({ exitCode: exitCodes.timeout, reason: 'timeout' });
  };

  const onMessage = (message: WorkerMessage) => {
    switch (message.type) {
      case 'output':
        control.outputTaken(message.bytes.length + MESSAGE_BYTES);
        return deliver(outputOf(options, message.stream), message.bytes);
      case 'log':
        control.outputTaken(message.line.length * 2 + MESSAGE_BYTES);
        return options.onLog?.(message.line);
      case 'audit':
        control.outputTaken(MESSAGE_BYTES);
        return typeof options.audit === 'function' ? options.audit(message.event) : undefined;
      case 'want-input':
        return pump?.request();
      case 'ask':
        return answer(options, message, box);
      case 'raw':
        terminal?.setRaw(message.raw);
        return control.acknowledgeRaw(message.count);
      case 'ended':
        return resolve(message.end);
      case 'failed':
        return reject(new BoxFailedError(message.error));
    }
  };
  let settled = false;
  worker.on('message', (message: WorkerMessage) => {
    if (settled) return;
    // Many messages may be handled before any timer: a slow taker of output must not stretch the box's time.
    if (performance.now() > deadline) return onTimeout();
    try {
      onMessage(message);
    } catch (error) {
      reject(error);
    }
  });
  worker.on('error', reject);
  worker.on('exit', (code) =>
    reject(
      new BoxFailedError({
        code: 'RUN_THREAD',
        message: `Cannot continue the box: its thread ended with ${code}`,
      }),
    ),
  );

  const timer = policy.timeoutMs === undefined ? undefined : setTimeout(onTimeout, policy.timeoutMs);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const signals = options.forwardSignals
    ? new SignalForwarder(control, options.stopGraceMs ?? DEFAULT_GRACE_MS, () =>
        resolve({ exitCode: exitCodes.killed, reason: 'killed' }),
      )
    : undefined;
  try {
    return await promise;
  } finally {
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    signals?.close();
    pump?.stop();
  }
}

/** Lets the box go on, whatever becomes of its request. */
function answer(
  { onRequest }: RunOptions,
  { service, request }: Extract<WorkerMessage, { type: 'ask' }>,
  { servicePort, control }: Box,
): void {
  const reply = (bytes: Uint8Array | undefined) => {
    servicePort?.postMessage(bytes);
    control.posted();
  };
  onRequest?.(service, request).then(reply, () => reply(undefined));
}

function outputOf(options: RunOptions, stream: 'stdout' | 'stderr' | 'changes'): Output | undefined {
  return stream === 'changes' ? options.exportChanges : options[stream];
}

function deliver(output: Output | undefined, bytes: Uint8Array): void {
  if (typeof output === 'function') output(bytes);
}

function auditSink(audit: RunOptions['audit']): ((event: AuditEvent) => void) | undefined {
  return typeof audit === 'number' ? (event) => appendAudit(audit, event) : audit;
}

async function terminate(worker: Worker): Promise<void> {
  worker.removeAllListeners('exit');
  const { promise, resolve } = deferred<void>();
  const timer = setTimeout(resolve, TERMINATE_WAIT_MS);
  worker.terminate().then(
    () => resolve(),
    () => resolve(),
  );
  await promise;
  clearTimeout(timer);
  worker.unref();
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
