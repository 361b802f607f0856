import type { Audit } from '../audit/audit.ts';
import type { ControlBlock } from '../control/control-block.ts';
import type { GuestMemory } from '../guest/guest-memory.ts';
import type { HandleTable } from '../guest/handle-table.ts';
import type { Surroundings } from '../guest/surroundings.ts';
import type { OpenMount } from '../host-files/mount.ts';
import type { InputSource } from '../stdio/input.ts';
import type { OutputSink } from '../stdio/output.ts';

/** What the WASI functions of one box work on. Nothing else of the host is within their reach. */
export interface WasiContext {
  readonly memory: GuestMemory;
  readonly handles: HandleTable;
  readonly control: ControlBlock;
  readonly surroundings: Surroundings;
  readonly audit: Audit;
  readonly arguments: readonly string[];
  /** Variables that the policy grants. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly stdin: InputSource;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  /** Whether standard input, output and error are a terminal. */
  readonly terminal: boolean;
  readonly mounts: readonly OpenMount[];
}

/** A function as the kernel imports it: core Wasm values in and out. */
export type CoreFunction = (...args: never[]) => number | bigint | void;

/** Functions of one WASI interface by name, with resources written as in the component model: `[method]pollable.block`. */
export type WasiInterface = Readonly<Record<string, CoreFunction>>;
