/** Static programs of two system calls in the interpreter alone, and under qemu. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readArtifact } from '../../packages/translate/dist/index.js';
import { BareProcess } from '../../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../../packages/translate/dist/testing/elf.js';
import { hasCommand } from './machine.mjs';

const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;

/** @returns what is missing to make and run such programs, or undefined */
export function whyNotBare() {
  const missing = ['aarch64-linux-gnu-gcc', 'qemu-aarch64-static', 'bash'].find(
    (command) => !hasCommand(command),
  );
  return missing && `${missing} is not installed`;
}

/** Process and support module, compiled. */
export function engineModules() {
  return Promise.all(
    ['process', 'support'].map(async (artifact) => WebAssembly.compile(await readArtifact(artifact))),
  );
}

/** CPU time of this thread, so that neither other processes nor the host's compiler threads count. */
function threadSeconds() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

/** Runs a program to its end in the interpreter. @returns output, instructions and seconds */
export function interpret(elf, [processModule, supportModule]) {
  let output = '';
  let ended = false;
  const box = new BareProcess({
    processModule,
    supportModule,
    guestBytes: GUEST_BYTES,
    syscall(self, number, [, address, length]) {
      if (number === 64) {
        output += Buffer.from(self.guest(Number(address), Number(length))).toString();
        return length;
      }
      ended = true;
      return -(1n << 63n);
    },
  });
  box.pc = loadElf(box, elf);
  box.permit(STACK_TOP - 0x10_0000, 0x10_0000, 3);
  box.setX(31, BigInt(STACK_TOP));
  box.fuel = PLENTY;
  const start = threadSeconds();
  const reason = box.run();
  const seconds = threadSeconds() - start;
  if (!ended) throw new Error(`Left for reason ${reason} at 0x${box.pc.toString(16)}`);
  return { output, instructions: Number(PLENTY - box.fuel), seconds };
}

/** Runs a program to its end under qemu. @returns output and seconds */
export function emulate(path, cpu = 'cortex-a57') {
  const command = `TIMEFORMAT=%U; time qemu-aarch64-static -cpu ${cpu} ${path}`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  return { output: stdout, seconds: Number(stderr.trim()) };
}
