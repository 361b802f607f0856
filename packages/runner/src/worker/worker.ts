import { BoxerError } from '@boxer/foundation';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { appendAudit } from '../audit/audit-file.ts';
import { ControlBlock } from '../control/control-block.ts';
import type { GuestJob, InputPlan, OutputPlan } from '../guest-job.ts';
import { runGuest } from '../run-guest.ts';
import { bytesInput, emptyInput, fileInput, type InputSource, pumpedInput } from '../stdio/input.ts';
import { descriptorSink, discardingSink, type OutputSink } from '../stdio/output.ts';
import type { PostedError, PostedStream, WorkerMessage } from './messages.ts';

/** Posted output that the main thread has not taken yet: more than this makes the box wait. */
const MAX_PENDING_BYTES = 256 * 1024;
/** What a message weighs beside its content. */
const MESSAGE_BYTES = 256;

const port = parentPort;
port?.once('message', (job: GuestJob) => {
  const post = (message: WorkerMessage) => port.postMessage(message);
  try {
    post({ type: 'ended', end: runJob(job, post) });
  } catch (error) {
    post({ type: 'failed', error: postable(error) });
  }
  port.close();
});

function runJob(job: GuestJob, post: (message: WorkerMessage) => void) {
  const control = new ControlBlock(job.shared);
  const posted = (message: WorkerMessage, sizeBytes: number) => {
    control.reserveOutput(sizeBytes + MESSAGE_BYTES, MAX_PENDING_BYTES);
    post(message);
  };
  const output = (plan: OutputPlan, stream: PostedStream): OutputSink => {
    if (plan.kind === 'discard') return discardingSink;
    if (plan.kind === 'descriptor')
      return descriptorSink(plan.fd, (ms) => void control.waitUntil(() => false, ms));
    return {
      write(bytes) {
        posted({ type: 'output', stream, bytes: bytes.slice() }, bytes.length);
        return true;
      },
    };
  };
  const { audit } = job;
  let rawCount = 0;
  return runGuest(job, {
    stdin: inputOf(job.stdin, control, () => post({ type: 'want-input' })),
    stdout: output(job.stdout, 'stdout'),
    stderr: output(job.stderr, 'stderr'),
    changes: job.changes.kind === 'discard' ? undefined : output(job.changes, 'changes'),
    log: job.log ? (line) => posted({ type: 'log', line }, line.length * 2) : undefined,
    audit:
      audit === false
        ? undefined
        : typeof audit === 'number'
          ? (event) => appendAudit(audit, event)
          : (event) => posted({ type: 'audit', event }, 0),
    ...(job.answers === undefined ? {} : { ask: asking(job.answers, control, post) }),
    setRaw: (raw) => {
      const count = ++rawCount;
      post({ type: 'raw', raw, count });
      control.waitUntil(() => control.rawAcknowledged(count));
    },
  });
}

/** Asks the main thread and sleeps until it answers. */
function asking(answers: MessagePort, control: ControlBlock, post: (message: WorkerMessage) => void) {
  return (service: number, request: Uint8Array): Uint8Array | undefined => {
    post({ type: 'ask', service, request });
    let answer: { message: Uint8Array | undefined } | undefined;
    control.waitUntil(() => (answer = receiveMessageOnPort(answers)) !== undefined);
    return answer?.message;
  };
}

function inputOf(plan: InputPlan, control: ControlBlock, ask: () => void): InputSource {
  switch (plan.kind) {
    case 'empty':
      return emptyInput;
    case 'bytes':
      return bytesInput(plan.bytes);
    case 'file':
      return fileInput(plan.fd);
    case 'pumped':
      return pumpedInput(control, ask);
  }
}

function postable(error: unknown): PostedError {
  if (!(error instanceof Error)) return { code: 'RUN_TRAP', message: String(error) };
  const code = error instanceof BoxerError ? error.code : 'RUN_UNEXPECTED';
  return {
    code,
    message: error.message,
    ...(error instanceof BoxerError && error.hint !== undefined ? { hint: error.hint } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  };
}
