/**
 * Speed of the interpreter on CPU-bound programs, beside qemu's in the same run. CPU time, so that neither other processes
 * nor the host's compiler threads count. Needs aarch64-linux-gnu-gcc, qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArtifact } from '../../packages/translate/dist/index.js';
import { BareProcess } from '../../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../../packages/translate/dist/testing/elf.js';
import { hasCommand } from '../support/machine.mjs';
import { median } from '../support/measure.mjs';

const sources = fileURLToPath(new URL('../../fixtures/cpu/', import.meta.url));
const PROGRAMS = ['sieve', 'hash', 'machine', 'calls', 'workload'];
const REPETITIONS = 5;
const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;

export const name = 'interpreter';
export const goals = { 'geometricMean mips': 700 };

export async function measure() {
  const missing = ['aarch64-linux-gnu-gcc', 'qemu-aarch64-static', 'bash'].find(
    (command) => !hasCommand(command),
  );
  if (missing) return { skipped: `${missing} is not installed` };
  const modules = await Promise.all(
    ['process', 'support'].map(async (artifact) => WebAssembly.compile(await readArtifact(artifact))),
  );
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  try {
    const figures = Object.fromEntries(
      PROGRAMS.map((program) => [program, compare(program, folder, modules)]),
    );
    return { ...figures, geometricMean: geometricMean(Object.values(figures)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program under both in turn. */
function compare(program, folder, modules) {
  const path = compile(program, folder);
  const elf = readFileSync(path);
  const [ours, theirs] = [[], []];
  let instructions = 0;
  for (let i = 0; i < REPETITIONS; i++) {
    const qemu = emulate(path);
    const boxer = interpret(elf, modules);
    if (boxer.output !== qemu.output)
      throw new Error(`${program}: ${boxer.output} instead of ${qemu.output}`);
    instructions = boxer.instructions;
    ours.push(boxer.seconds);
    theirs.push(qemu.seconds);
  }
  const mips = (seconds) => Math.round(instructions / median(seconds) / 1e6);
  return { instructions, mips: mips(ours), qemuMips: mips(theirs) };
}

function geometricMean(rows) {
  const mean = (key) =>
    Math.round(Math.exp(rows.reduce((sum, row) => sum + Math.log(row[key]), 0) / rows.length));
  return { mips: mean('mips'), qemuMips: mean('qemuMips') };
}

function compile(program, folder) {
  const out = join(folder, program);
  const flags = ['-O2', '-static', '-nostdlib', '-ffreestanding', '-fno-tree-vectorize', '-march=armv8-a'];
  execFileSync('aarch64-linux-gnu-gcc', [...flags, '-o', out, join(sources, `${program}.c`)]);
  return out;
}

/** CPU time of this thread, so that neither other processes nor the host's compiler threads count. */
function threadSeconds() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

/** Runs a program to its end. @returns output, instructions and seconds */
function interpret(elf, [processModule, supportModule]) {
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

function emulate(path) {
  const command = `TIMEFORMAT=%U; time qemu-aarch64-static -cpu cortex-a57 ${path}`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  return { output: stdout, seconds: Number(stderr.trim()) };
}
