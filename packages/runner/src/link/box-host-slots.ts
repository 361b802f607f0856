import type { ControlBlock } from '../control/control-block.ts';
import type { GuestMemory } from '../guest/guest-memory.ts';
import type { Surroundings } from '../guest/surroundings.ts';
import type { InputSource } from '../stdio/input.ts';
import type { OutputSink } from '../stdio/output.ts';
import type { HostSlotFunctions } from './host-slots.ts';
import type { PayloadFile } from './payload-file.ts';
import type { ProcessSlots } from './process-slots.ts';

/** @source Linux include/uapi/asm-generic/errno-base.h */
const EIO = -5;
const EAGAIN = -11;
const EPIPE = -32;

/** What the host's functions work on. */
export interface HostSlotContext {
  readonly memory: GuestMemory;
  readonly control: ControlBlock;
  readonly surroundings: Surroundings;
  readonly processes: ProcessSlots;
  readonly boot: Uint8Array;
  readonly payload: PayloadFile | undefined;
  readonly stdin: InputSource;
  readonly setRaw: (raw: boolean) => void;
  readonly changes: OutputSink | undefined;
  readonly log: ((line: string) => void) | undefined;
  readonly ended: (kind: number, detail: number) => void;
  /** Answers a request of the box to a service; undefined: there is no answer. */
  readonly ask: ((service: number, request: Uint8Array) => Uint8Array | undefined) | undefined;
}

/**
 * The host's own functions for the kernel's slots; see `hostSlots` of @boxer/abi for what each does. Addresses are those
 * of kernel memory and are checked, as are offsets into processes.
 */
export function boxHostSlots(context: HostSlotContext): HostSlotFunctions {
  const { memory, control, surroundings, processes, payload, stdin } = context;
  return {
    ...(payload ? payloadSlots(memory, payload) : {}),
    newProcess: (slot: number) => (processes.create(slot) ? 0 : EAGAIN),
    freeProcess: (slot: number) => processes.free(slot),
    copyProcess: (to: number, from: number, offset: number, n: number) =>
      processes.writableBytes(to, offset, n).set(processes.bytes(from, offset, n)),
    bulkIn: (slot: number, offset: number, at: number, n: number) =>
      processes.writableBytes(slot, offset, n).set(memory.bytes(at, n)),
    bulkOut: (slot: number, offset: number, at: number, n: number) =>
      memory.bytes(at, n).set(processes.bytes(slot, offset, n)),
    pendingSignals: () => control.takeSignals(),
    windowSize: () => control.windowSize(),
    setRaw: (raw: number) => context.setRaw(raw !== 0),
    inputReady: (nanoseconds: bigint) => {
      if (stdin.ready()) return 1;
      stdin.request();
      const timeoutMs = nanoseconds < 0n ? Infinity : Number(nanoseconds) / 1e6;
      if (timeoutMs > 0) surroundings.waitUntil(() => stdin.ready() || control.signalsPending(), timeoutMs);
      return stdin.ready() ? 1 : 0;
    },
    bootConfig: (at: number, capacity: number) => {
      const { boot } = context;
      if (boot.length <= capacity >>> 0) memory.bytes(at, boot.length).set(boot);
      return boot.length;
    },
    ended: (kind: number, detail: number) => context.ended(kind, detail),
    ...(context.changes ? changeSlots(memory, context.changes) : {}),
    ...(context.log ? logSlots(memory, context.log) : {}),
    ...(context.ask ? serviceSlots(memory, context.ask) : {}),
  };
}

function payloadSlots(memory: GuestMemory, payload: PayloadFile): HostSlotFunctions {
  return {
    payloadIndex: (at: number, n: number) => payload.readIndex(memory.bytes(at, n)),
    payloadData: (offset: bigint, n: number, at: number) =>
      payload.readData(Number(offset), memory.bytes(at, n)) ? 0 : EIO,
    readBlock: (offset: bigint, storedBytes: number, method: number, at: number, plainBytes: number) =>
      payload.readBlock(Number(offset), storedBytes >>> 0, method, memory.bytes(at, plainBytes)) ? 0 : EIO,
  };
}

function changeSlots(memory: GuestMemory, changes: OutputSink): HostSlotFunctions {
  return {
    diffWrite: (at: number, n: number, _last: number) => (changes.write(memory.bytes(at, n)) ? 0 : EPIPE),
  };
}

function serviceSlots(memory: GuestMemory, ask: NonNullable<HostSlotContext['ask']>): HostSlotFunctions {
  return {
    ask: (service: number, at: number, n: number, answerAt: number, capacity: number) => {
      const answer = ask(service, memory.bytes(at, n).slice());
      if (answer === undefined || answer.length > capacity >>> 0) return EIO;
      memory.bytes(answerAt, answer.length).set(answer);
      return answer.length;
    },
  };
}

function logSlots(memory: GuestMemory, log: (line: string) => void): HostSlotFunctions {
  return {
    log: (at: number, n: number) => log(Buffer.from(memory.bytes(at, n)).toString('utf8')),
  };
}
