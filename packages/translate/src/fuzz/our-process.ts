import { cpuState, engineCells, exitReasons, GUEST_BIAS, pagePermissions, RECORD_INDEX_AT } from '@boxer/abi';
import { RECORD_BYTES } from '../interpreter/layout.ts';
import { BareProcess } from '../testing/bare-process.ts';
import type { EngineModules } from '../testing/engine-modules.ts';
import {
  CODE_AT,
  CODE_BYTES,
  dataPages,
  GUEST_BYTES,
  IMAGE_BYTES,
  signals,
  slotAddress,
  STATE_BYTES,
  stateOffsets,
} from './layout.ts';
import type { Batch, Program } from './program.ts';

const { read, write, execute } = pagePermissions;
const PAGE = 4096;
/** More than any program executes. */
export const PLENTY = 1_000_000n;
const ENOSYS = -38n;
/** Any number does: programs clear the result. */
const GETPID = 172;

/** How the programs' time passes. */
let ticks = 0n;

/** One of our processes, with the memory that programs expect, executing them one after the other. */
export class OurProcess {
  readonly box: BareProcess;
  #image: Uint8Array = new Uint8Array(IMAGE_BYTES);

  constructor(modules: EngineModules) {
    this.box = new BareProcess({
      ...modules,
      guestBytes: GUEST_BYTES,
      counter: () => ++ticks,
      syscall: (_process, number) => (number === GETPID ? 4711n : ENOSYS),
    });
    this.box.permit(CODE_AT, CODE_BYTES, read | write | execute);
    for (const { address, writable } of dataPages)
      this.box.permit(address, PAGE, writable ? read | write : read);
  }

  /** Puts the code of a batch into memory. */
  load(batch: Batch): void {
    this.box.guest(CODE_AT, CODE_BYTES).set(batch.code);
    this.box.forgetCode(CODE_AT, CODE_BYTES);
    this.#image = batch.image;
  }

  /** Restores memory, and takes a program's registers over. */
  start({ before, slot }: Program): void {
    const { box } = this;
    dataPages.forEach(({ address }, i) =>
      box.guest(address, PAGE).set(this.#image.subarray(i * PAGE, (i + 1) * PAGE)),
    );
    const state = new DataView(before.buffer, before.byteOffset, STATE_BYTES);
    const bytes = new Uint8Array(box.view.buffer);
    bytes.set(before.subarray(stateOffsets.x, stateOffsets.x + 256), cpuState.x);
    bytes.set(before.subarray(stateOffsets.v, stateOffsets.v + 512), cpuState.vectors);
    box.flags = state.getUint32(stateOffsets.nzcv, true);
    box.view.setUint32(cpuState.fpcr, state.getUint32(stateOffsets.fpcr, true), true);
    box.view.setUint32(cpuState.fpsr, state.getUint32(stateOffsets.fpsr, true), true);
    box.view.setBigUint64(cpuState.tpidr, state.getBigUint64(stateOffsets.tpidr, true), true);
    box.view.setBigInt64(cpuState.exclusiveAddress, -1n, true);
    box.view.setUint32(engineCells.pendingFlags, 0, true);
    box.view.setBigUint64(engineCells.faultAddress, 0n, true);
    box.pc = BigInt(slotAddress(slot));
  }

  /** Goes on until the program ends or, at the next taken branch, `fuel` instructions have been executed. @returns the exit reason */
  run(fuel: bigint): number {
    this.box.fuel = fuel;
    for (;;) {
      const reason = this.box.run();
      // Another task would run now.
      if (reason !== exitReasons.yield) return reason;
    }
  }

  /** Writes down registers and how the program ended, as the harness does under qemu. */
  collect(reason: number, into: Uint8Array): void {
    const { box } = this;
    const bytes = new Uint8Array(box.view.buffer);
    const state = new DataView(into.buffer, into.byteOffset, STATE_BYTES);
    into.set(bytes.subarray(cpuState.x, cpuState.x + 256), stateOffsets.x);
    into.set(bytes.subarray(cpuState.vectors, cpuState.vectors + 512), stateOffsets.v);
    state.setBigUint64(stateOffsets.pc, box.pc, true);
    state.setBigUint64(stateOffsets.nzcv, BigInt(box.flags), true);
    state.setUint32(stateOffsets.fpcr, box.view.getUint32(cpuState.fpcr, true), true);
    state.setUint32(stateOffsets.fpsr, box.view.getUint32(cpuState.fpsr, true), true);
    state.setBigUint64(stateOffsets.tpidr, box.view.getBigUint64(cpuState.tpidr, true), true);
    const signal = this.#signal(reason);
    state.setUint32(stateOffsets.signal, signal, true);
    // The kernel decides on the code, which is not compared.
    state.setUint32(stateOffsets.code, 0, true);
    const isAccess = signal === signals.fault || signal === signals.bus;
    const address = isAccess ? this.faultAddress : box.pc;
    state.setBigUint64(stateOffsets.faultAddress, address, true);
  }

  /** The signal that a Linux kernel sends for an exit reason. */
  #signal(reason: number): number {
    switch (reason) {
      case exitReasons.breakpoint:
        return signals.trap;
      case exitReasons.undefined:
        return signals.undefined;
      case exitReasons.fault:
        return this.box.view.getUint32(engineCells.faultAccess, true) === 0 ? signals.bus : signals.fault;
      default:
        return 0;
    }
  }

  get faultAddress(): bigint {
    return this.box.view.getBigUint64(engineCells.faultAddress, true);
  }

  /** Whether an instruction has been executed since its code was loaded: it has a record then. */
  wasExecuted(address: number): boolean {
    const page = this.box.view.getUint32(RECORD_INDEX_AT + 4 * (address >>> 12), true);
    return page !== 0 && this.box.view.getUint16(page + ((address & 0xfff) >>> 2) * RECORD_BYTES, true) !== 0;
  }

  /** A data page as it is now. */
  page(index: number): Uint8Array {
    const at = GUEST_BIAS + (dataPages[index]?.address ?? 0);
    return new Uint8Array(this.box.view.buffer, at, PAGE);
  }
}
