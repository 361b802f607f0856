import { appendAudit } from './audit/audit-file.ts';
import type { AuditEvent } from './audit/audit.ts';
import { startLaterTranslator } from './code/later/start-later-translator.ts';
import { ControlBlock } from './control/control-block.ts';
import type { OutputPlan } from './guest-job.ts';
import type { HostFs } from './host-files/host-fs.ts';
import { NativeCodeCache, WORTH_KEEPING_MS } from './native-code/native-code-cache.ts';
import { planJob } from './plan-job.ts';
import { runGuest } from './run-guest.ts';
import type { Output, RunOptions, RunResult } from './run-options.ts';
import { bytesInput, emptyInput, fileInput } from './stdio/input.ts';
import { callbackSink, descriptorSink, discardingSink, type OutputSink } from './stdio/output.ts';

/** Options of {@link runBoxSync}. */
export interface RunSyncOptions extends Omit<
  RunOptions,
  'stdin' | 'tty' | 'signal' | 'forwardSignals' | 'stopGraceMs'
> {
  readonly stdin?: 'empty' | number | Uint8Array;
  /** Filesystems for mounts, by guest path: memfs, say, in place of the disk. Paths are the mounts' `host`. */
  readonly fileSystems?: ReadonlyMap<string, HostFs>;
}

/**
 * Runs a box in this thread and returns when it has ended. Nothing can interrupt it: `timeoutMs` of the policy is
 * refused, a descriptor as standard input may block.
 *
 * @throws as {@link runBox}; {@link RangeError} when the policy sets a time limit
 */
export function runBoxSync(options: RunSyncOptions): RunResult {
  if (options.policy.timeoutMs !== undefined)
    throw new RangeError('A box without a thread of its own cannot time out');
  const started = performance.now();
  const control = new ControlBlock();
  const code = new NativeCodeCache(options.codeCacheDirectory);
  const { stdin = 'empty', stdout = 'discard', stderr = 'discard', exportChanges } = options;
  const plan: OutputPlan = { kind: 'discard' };
  const { job } = planJob(
    options,
    {
      // What is not empty is given to `runGuest` below.
      stdin: stdin === 'empty' ? { kind: 'empty' } : { kind: 'bytes', bytes: new Uint8Array() },
      stdout: plan,
      stderr: plan,
      changes: exportChanges === undefined ? plan : { kind: 'posted' },
      terminal: false,
      log: options.onLog !== undefined,
      audit: false,
    },
    { shared: control.shared, code, withSupply: false },
  );
  const sink = (output: Output) => sinkOf(output, control);
  const { leftCode, ...end } = runGuest(job, {
    stdin: stdin === 'empty' ? emptyInput : typeof stdin === 'number' ? fileInput(stdin) : bytesInput(stdin),
    stdout: sink(stdout),
    stderr: sink(stderr),
    changes: exportChanges === undefined ? undefined : sink(exportChanges),
    log: options.onLog,
    audit: auditOf(options.audit),
    setRaw: () => undefined,
    ...(options.fileSystems ? { fileSystems: options.fileSystems } : {}),
  });
  const elapsedMs = performance.now() - started;
  if (elapsedMs > WORTH_KEEPING_MS) code.fill();
  if (leftCode) startLaterTranslator(job.code?.cacheFolder, options.codeCacheDirectory);
  return { ...end, elapsedMs };
}

function sinkOf(output: Output, control: ControlBlock): OutputSink {
  if (output === 'discard') return discardingSink;
  if (typeof output === 'function') return callbackSink(output);
  return descriptorSink(output, (ms) => void control.waitUntil(() => false, ms));
}

function auditOf(audit: RunOptions['audit']): ((event: AuditEvent) => void) | undefined {
  return typeof audit === 'number' ? (event) => appendAudit(audit, event) : audit;
}
