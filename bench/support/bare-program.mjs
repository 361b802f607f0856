/** Static programs of two system calls, outside of a box: in a process of the engine alone, and under qemu. */
import { readArtifact } from '../../packages/translate/dist/index.js';
import { BareProcess } from '../../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../../packages/translate/dist/testing/elf.js';
import { hasCommand } from './machine.mjs';
import { processorTime, threadMs } from './measure.mjs';

const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;
const QEMU = 'qemu-aarch64-static';

/** @returns what of the commands that such programs need, and of some more, is missing; undefined when all are there */
export function whyNotBare(...more) {
  const missing = ['aarch64-linux-gnu-gcc', QEMU, 'bash', ...more].find((command) => !hasCommand(command));
  return missing && `${missing} is not installed`;
}

/** Process and support module, compiled. */
export function engineModules() {
  return Promise.all(
    ['process', 'support'].map(async (artifact) => WebAssembly.compile(await readArtifact(artifact))),
  );
}

/** A program that can be run again and again. */
export class BareProgram {
  #elf;
  #entry;
  #output = '';
  #ended = false;

  constructor(elf, [processModule, supportModule]) {
    this.#elf = elf;
    this.guest = new BareProcess({
      processModule,
      supportModule,
      guestBytes: GUEST_BYTES,
      syscall: (guest, number, [, address, length]) => {
        if (number === 64) {
          this.#output += Buffer.from(guest.guest(Number(address), Number(length))).toString();
          return length;
        }
        this.#ended = true;
        return -(1n << 63n);
      },
    });
    this.#entry = loadElf(this.guest, elf);
    this.guest.permit(STACK_TOP - 0x10_0000, 0x10_0000, 3);
  }

  /** Runs it to its end. @returns output, processor time in milliseconds, and instructions */
  run() {
    const { guest } = this;
    this.#output = '';
    this.#ended = false;
    loadElf(guest, this.#elf);
    guest.pc = this.#entry;
    guest.setX(31, BigInt(STACK_TOP));
    guest.fuel = PLENTY;
    const start = threadMs();
    const reason = guest.run();
    const ms = threadMs() - start;
    if (!this.#ended) throw new Error(`Left for reason ${reason} at 0x${guest.pc.toString(16)}`);
    return { output: this.#output, ms, instructions: Number(PLENTY - guest.fuel) };
  }
}

/** Runs a program once in a fresh process. */
export const interpret = (elf, modules) => new BareProgram(elf, modules).run();

/** Runs a program under qemu. @returns output and processor time in milliseconds, its start included */
export const emulate = (path, cpu = 'cortex-a57') => processorTime([QEMU, '-cpu', cpu, path]);
