import { closeSync, openSync } from 'node:fs';
import { Audit, type AuditEvent } from './audit/audit.ts';
import { ControlBlock } from './control/control-block.ts';
import { BoxTrapError } from './errors.ts';
import { guestEnd } from './guest-end.ts';
import { BoxCode } from './code/box-code.ts';
import type { GuestEnd, GuestJob } from './guest-job.ts';
import { BoxEnd } from './guest/box-end.ts';
import { GuestMemory } from './guest/guest-memory.ts';
import { HandleTable } from './guest/handle-table.ts';
import { realSurroundings, repeatableSurroundings } from './guest/surroundings.ts';
import type { HostFs } from './host-files/host-fs.ts';
import { openMount, type OpenMount } from './host-files/mount.ts';
import { OwnPlaces } from './host-files/own-places.ts';
import { boxHostSlots } from './link/box-host-slots.ts';
import { linkBox } from './link/link-box.ts';
import { PayloadFile, payloadOfComponent } from './link/payload-file.ts';
import type { InputSource } from './stdio/input.ts';
import { budgeted, OutputBudget, type OutputSink } from './stdio/output.ts';
import type { WasiContext } from './wasi/wasi-host.ts';

/** What the thread that runs a box connects it to. */
export interface GuestPorts {
  readonly stdin: InputSource;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  /** Takes the change stream. */
  readonly changes: OutputSink | undefined;
  readonly log: ((line: string) => void) | undefined;
  readonly audit: ((event: AuditEvent) => void) | undefined;
  /** Answers requests to services; undefined where nobody does. */
  readonly ask?: (service: number, request: Uint8Array) => Uint8Array | undefined;
  /** Puts the terminal in or out of raw mode; returns when that is done. */
  readonly setRaw: (raw: boolean) => void;
  /** Filesystems in memory for mounts, by the guest path of the mount. */
  readonly fileSystems?: ReadonlyMap<string, HostFs>;
}

/**
 * Runs a box to its end in this thread, without ever returning to the event loop.
 *
 * @throws {@link ComponentLinkError}, {@link MountUnavailableError}, {@link BoxTrapError}
 */
export function runGuest(job: GuestJob, ports: GuestPorts): GuestEnd {
  const audit = new Audit(ports.audit);
  const control = new ControlBlock(job.shared);
  const memory = new GuestMemory();
  const handles = new HandleTable();
  const surroundings = job.repeatable ? repeatableSurroundings() : realSurroundings(control);
  const mounts: OpenMount[] = [];
  const payloadFd =
    job.payload === undefined && job.parts.payload ? openSync(job.parts.path, 'r') : undefined;
  const payload =
    job.parts.payload && payloadFd !== undefined
      ? payloadOfComponent(payloadFd, job.parts.payload)
      : job.payload;
  const code = job.code && new BoxCode(job.code);
  let end: GuestEnd | undefined;
  try {
    const own = job.mounts.length === 0 ? undefined : new OwnPlaces(job.ownDirectories);
    for (const mount of job.mounts) mounts.push(openMount(withFileSystem(mount, ports.fileSystems), own));
    const context = contextOf(job, ports, { audit, control, surroundings, memory, handles, mounts });
    const box = linkBox(job.parts, {
      context,
      memory,
      maxTotalBytes: totalMemoryBytes(job.memoryBytes),
      code,
      training: job.training,
      hostSlots: (processes) =>
        boxHostSlots({
          memory,
          control,
          surroundings,
          processes,
          boot: job.boot,
          payload: payload && new PayloadFile(payload),
          stdin: ports.stdin,
          setRaw: ports.setRaw,
          changes: ports.changes,
          ask: ports.ask,
          log: ports.log,
          ended: (kind, detail) => (end = guestEnd(kind, detail)),
        }),
    });
    const succeeded = runToEnd(() => box.run());
    const how = succeeded instanceof BoxEnd ? endOf(succeeded, end) : (end ?? ranOut(succeeded));
    return reported(audit, {
      ...how,
      fuelUsed: box.executed(),
      ...(job.training ? { reached: box.reached() } : {}),
      ...(how.reason === 'exited' && code?.leave() ? { leftCode: true } : {}),
    });
  } finally {
    code?.close();
    handles.close();
    for (const mount of mounts) mount.root.close();
    if (payloadFd !== undefined) closeSync(payloadFd);
  }
}

/** Cap on the memories of all processes together: the kernel keeps the exact one, this holds when it does not. */
function totalMemoryBytes(memoryBytes: number): number {
  return memoryBytes * 2 + 1024 ** 3;
}

function withFileSystem(mount: GuestJob['mounts'][number], fileSystems: GuestPorts['fileSystems']) {
  const fs = fileSystems?.get(mount.guest);
  return fs === undefined ? mount : { ...mount, fs };
}

type Machinery = Pick<WasiContext, 'audit' | 'control' | 'surroundings' | 'memory' | 'handles' | 'mounts'>;

function contextOf(job: GuestJob, ports: GuestPorts, machinery: Machinery): WasiContext {
  const budget = new OutputBudget(job.maxOutputBytes, () =>
    machinery.audit.refused('budget', 'output', { maxBytes: job.maxOutputBytes ?? 0 }),
  );
  return {
    ...machinery,
    arguments: ['box'],
    environment: job.environment,
    stdin: ports.stdin,
    stdout: budgeted(ports.stdout, budget),
    stderr: budgeted(ports.stderr, budget),
    terminal: job.terminal,
  };
}

/** @returns what `run` returned, or the end that a host function threw through the guest. */
function runToEnd(run: () => boolean): boolean | BoxEnd {
  try {
    return run();
  } catch (error) {
    if (error instanceof BoxEnd) return error;
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      throw new BoxTrapError(`it trapped: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function endOf(thrown: BoxEnd, said: GuestEnd | undefined): GuestEnd {
  const { reason, code } = thrown;
  if (reason === 'output-limit' || reason === 'out-of-memory') return { exitCode: code, reason };
  return said ?? { exitCode: code, reason: 'exited' };
}

/** The kernel ended without saying how. */
function ranOut(succeeded: boolean): GuestEnd {
  return { exitCode: succeeded ? 0 : 1, reason: 'exited' };
}

function reported(audit: Audit, end: GuestEnd): GuestEnd {
  if (end.reason === 'out-of-fuel') audit.refused('budget', 'fuel');
  if (end.reason === 'out-of-memory') audit.refused('budget', 'memory');
  return end;
}
