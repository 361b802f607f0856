/**
 * Speed of the interpreter on CPU-bound programs, beside qemu's in the same run: `node bench/interpreter.mjs [program…]`.
 * CPU time, median. Needs the built packages, aarch64-linux-gnu-gcc, qemu-aarch64-static and bash, on Linux. Writes bench/results/interpreter.json.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArtifact } from '../packages/translate/dist/index.js';
import { BareProcess } from '../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../packages/translate/dist/testing/elf.js';

const sources = fileURLToPath(new URL('../fixtures/cpu/', import.meta.url));
const results = fileURLToPath(new URL('results/interpreter.json', import.meta.url));
const programs =
  process.argv.length > 2 ? process.argv.slice(2) : ['sieve', 'hash', 'machine', 'calls', 'workload'];
const REPETITIONS = 5;
const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;

const [processModule, supportModule] = await Promise.all(
  ['process', 'support'].map(async (name) => WebAssembly.compile(await readArtifact(name))),
);
const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));

function compile(program) {
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
function interpret(elf) {
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

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const table = [];
for (const program of programs) {
  const path = compile(program);
  const elf = readFileSync(path);
  const ours = [];
  const theirs = [];
  let instructions = 0;
  for (let i = 0; i < REPETITIONS; i++) {
    const qemu = emulate(path);
    const boxer = interpret(elf);
    if (boxer.output !== qemu.output)
      throw new Error(`${program}: ${boxer.output} instead of ${qemu.output}`);
    instructions = boxer.instructions;
    ours.push(boxer.seconds);
    theirs.push(qemu.seconds);
  }
  const mips = (seconds) => Math.round(instructions / seconds / 1e6);
  const row = { program, instructions, mips: mips(median(ours)), qemuMips: mips(median(theirs)) };
  table.push(row);
  console.log(JSON.stringify(row));
}
rmSync(folder, { recursive: true });
const geometricMean = Math.round(
  Math.exp(table.reduce((sum, row) => sum + Math.log(row.mips), 0) / table.length),
);
console.log(`geometric mean ${geometricMean} MIPS`);
writeFileSync(
  results,
  `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, geometricMean, programs: table }, null, 2)}\n`,
);
