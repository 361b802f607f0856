/** Calls WASI functions as a kernel would, from a memory of its own. For tests only. */
import { Audit, type AuditEvent } from '../audit/audit.ts';
import { ControlBlock } from '../control/control-block.ts';
import { GuestMemory } from '../guest/guest-memory.ts';
import { HandleTable } from '../guest/handle-table.ts';
import { realSurroundings } from '../guest/surroundings.ts';
import { type MountRequest, openMount, type OpenMount } from '../host-files/mount.ts';
import type { OwnPlaces } from '../host-files/own-places.ts';
import { emptyInput, type InputSource } from '../stdio/input.ts';
import { callbackSink, type OutputSink } from '../stdio/output.ts';
import { wasiImports } from '../wasi/interfaces.ts';
import type { WasiContext } from '../wasi/wasi-host.ts';

const RESULT = 1024;
const ARGUMENTS = 2048;
const HEAP = 65536;

/** Names of error codes as WASI spells them, in order. @source wasi:filesystem@0.2.0 types.wit, "enum error-code" */
const errorNames =
  'access would-block already bad-descriptor busy deadlock quota exist file-too-large illegal-byte-sequence in-progress interrupted invalid io is-directory loop too-many-links message-size name-too-long no-device no-entry no-lock insufficient-memory insufficient-space not-directory not-empty not-recoverable unsupported no-tty no-such-device overflow not-permitted pipe read-only invalid-seek text-file-busy cross-device'.split(
    ' ',
  );

export interface HarnessOptions {
  readonly mounts?: readonly MountRequest[];
  readonly own?: OwnPlaces;
  readonly environment?: readonly (readonly [string, string])[];
  readonly stdin?: InputSource;
  readonly stdout?: OutputSink;
  readonly terminal?: boolean;
}

export class Harness {
  readonly memory = new WebAssembly.Memory({ initial: 64 });
  readonly guest = new GuestMemory();
  readonly handles = new HandleTable();
  readonly control = new ControlBlock();
  readonly events: AuditEvent[] = [];
  readonly mounts: readonly OpenMount[];
  readonly context: WasiContext;
  output = '';
  #heap = HEAP;
  #argumentsAt = ARGUMENTS;

  constructor(options: HarnessOptions = {}) {
    this.mounts = (options.mounts ?? []).map((mount) => openMount(mount, options.own));
    this.guest.attach(this.memory, (_old, _oldSize, align, size) => {
      this.#heap = Math.ceil(this.#heap / align) * align + size;
      return this.#heap - size;
    });
    this.context = {
      memory: this.guest,
      handles: this.handles,
      control: this.control,
      surroundings: realSurroundings(this.control),
      audit: new Audit((event) => this.events.push(event)),
      arguments: ['box'],
      environment: options.environment ?? [],
      stdin: options.stdin ?? emptyInput,
      stdout: options.stdout ?? callbackSink((bytes) => (this.output += Buffer.from(bytes).toString())),
      stderr: callbackSink(() => undefined),
      terminal: options.terminal ?? false,
      mounts: this.mounts,
    };
  }

  /** Calls a function. Strings become address and length; `'result'` is the address of the result. */
  call(
    module: string,
    name: string,
    ...args: readonly (number | bigint | string | { text: string })[]
  ): unknown {
    const versioned = `${module}@0.2.0`;
    const found = wasiImports([{ module: versioned, name }], this.context)[versioned]?.[name];
    this.#argumentsAt = ARGUMENTS;
    const values = args.flatMap((arg) => {
      if (arg === 'result') return [RESULT];
      if (typeof arg === 'object') return this.#putText(Buffer.from(arg.text));
      if (typeof arg === 'string') return this.#putText(Buffer.from(arg));
      return [arg];
    });
    new Uint8Array(this.memory.buffer, RESULT, 256).fill(0xee);
    return (found as ((...values: readonly (number | bigint)[]) => unknown) | undefined)?.(...values);
  }

  #putText(bytes: Uint8Array): [number, number] {
    const at = this.#argumentsAt;
    this.guest.bytes(at, bytes.length).set(bytes);
    this.#argumentsAt += bytes.length;
    return [at, bytes.length];
  }

  u8(offset: number): number {
    return this.guest.bytes(RESULT + offset, 1)[0] ?? 0;
  }

  u32(offset: number): number {
    return this.guest.u32(RESULT + offset);
  }

  u64(offset: number): bigint {
    return new DataView(this.memory.buffer).getBigUint64(RESULT + offset, true);
  }

  text(offset: number): string {
    return Buffer.from(this.guest.bytes(this.u32(offset), this.u32(offset + 4))).toString();
  }

  /** Name of the error in the result, or `'ok'`. */
  outcome(payloadAt: 1 | 4 | 8): string {
    return this.u8(0) === 0 ? 'ok' : (errorNames[this.u8(payloadAt)] ?? 'unknown error');
  }

  close(): void {
    this.handles.close();
    for (const mount of this.mounts) mount.root.close();
  }
}
