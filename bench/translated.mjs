/**
 * Speed of translated code beside native code, qemu and the interpreter, interleaved in one run on CPU-bound programs:
 * `node bench/translated.mjs [program…]`. Times are processor times, since machines are shared. Needs the built packages,
 * gcc, aarch64-linux-gnu-gcc, aarch64-linux-gnu-nm, bash and qemu-aarch64-static. Writes bench/results/translated.json.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArtifact } from '../packages/translate/dist/index.js';
import { BareProcess } from '../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../packages/translate/dist/testing/elf.js';
import { installCode, readerOf } from '../packages/translate/dist/testing/install-code.js';
import { discoverRegion } from '../packages/translate/dist/translator/region.js';
import { translateModule } from '../packages/translate/dist/translator/translate-module.js';
import { circumstances } from './support/machine.mjs';

const sources = fileURLToPath(new URL('../fixtures/cpu/', import.meta.url));
const results = fileURLToPath(new URL('results/translated.json', import.meta.url));
const all = ['sieve', 'hash', 'machine', 'calls', 'workload', 'floats'];
const programs = process.argv.length > 2 ? process.argv.slice(2) : all;
const REPETITIONS = 7;
/** Runs before measuring: the host's compiler has optimised everything then. */
const WARM_UPS = 4;
const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;

const [processModule, supportModule] = await Promise.all(
  ['process', 'support'].map(async (name) => WebAssembly.compile(await readArtifact(name))),
);
const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
const common = ['-O2', '-fno-tree-vectorize', '-ffp-contract=off', '-fno-math-errno'];
const freestanding = ['-static', '-nostdlib', '-ffreestanding', '-march=armv8-a'];

function build(program) {
  const [guest, native] = [join(folder, program), join(folder, `${program}-native`)];
  const source = join(sources, `${program}.c`);
  execFileSync('aarch64-linux-gnu-gcc', [...common, ...freestanding, '-o', guest, source]);
  execFileSync('gcc', [...common, '-o', native, source]);
  return { guest, native };
}

/** Output and processor time in milliseconds of a program of the host. */
function execute(...command) {
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const { output, stderr } = spawn('bash', ['-c', script, 'bash', ...command]);
  const [user = 0, system = 0] = stderr.trim().split(/\s+/).slice(-2).map(Number);
  return { output, ms: (user + system) * 1000 };
}

function spawn(file, args) {
  const errors = join(folder, 'stderr');
  const output = execFileSync('bash', ['-c', `"$@" 2>'${errors}'`, 'bash', file, ...args]).toString();
  return { output, stderr: readFileSync(errors, 'utf8') };
}

/** A box that can run the program again and again. */
function load(elf) {
  const box = { output: '', ended: false };
  const process = new BareProcess({
    processModule,
    supportModule,
    guestBytes: GUEST_BYTES,
    syscall(self, number, [, address, length]) {
      if (number === 64) {
        box.output += Buffer.from(self.guest(Number(address), Number(length))).toString();
        return length;
      }
      box.ended = true;
      return -(1n << 63n);
    },
  });
  const entry = loadElf(process, elf);
  process.permit(STACK_TOP - 0x10_0000, 0x10_0000, 3);
  return Object.assign(box, { process, entry });
}

function run(box, elf) {
  Object.assign(box, { output: '', ended: false });
  loadElf(box.process, elf);
  box.process.pc = box.entry;
  box.process.setX(31, BigInt(STACK_TOP));
  box.process.fuel = PLENTY;
  const start = process.cpuUsage();
  const reason = box.process.run();
  const { user, system } = process.cpuUsage(start);
  if (!box.ended) throw new Error(`Left for reason ${reason} at 0x${box.process.pc.toString(16)}`);
  return { output: box.output, ms: (user + system) / 1000, instructions: PLENTY - box.process.fuel };
}

/** Translates all functions of a program; loops may be entered at their heads. */
function translate(box, path) {
  const reader = readerOf(box.process);
  const symbols = execFileSync('aarch64-linux-gnu-nm', [path])
    .toString()
    .matchAll(/^([0-9a-f]+) [tT] /gm);
  const functions = new Set([...symbols].map(([, address]) => Number.parseInt(address, 16)));
  const options = { isFunction: (pc) => functions.has(pc) };
  const requests = [...functions].map((entry) => {
    const { blocks } = discoverRegion(reader, { entry }, options);
    const heads = [...blocks.values()].flatMap(({ pc, successors }) => successors.filter((to) => to <= pc));
    return { entry, entries: heads };
  });
  const start = performance.now();
  const translated = translateModule(reader, requests, options);
  installCode(box.process, translated);
  return { ...translated, ms: performance.now() - start };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rounded = (value) => Math.round(value * 100) / 100;
const geometricMean = (values) => Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
const table = [];
for (const program of programs) {
  const { guest, native } = build(program);
  const elf = readFileSync(guest);
  const [interpreted, translated] = [load(elf), load(elf)];
  const code = translate(translated, guest);
  const cold = run(translated, elf);
  for (let i = 0; i < WARM_UPS; i++) run(translated, elf);
  run(interpreted, elf);
  const times = { native: [], qemu: [], interpreted: [], translated: [] };
  for (let i = 0; i < REPETITIONS; i++) {
    const runs = {
      native: execute(native),
      qemu: execute('qemu-aarch64-static', '-cpu', 'cortex-a57', guest),
      interpreted: run(interpreted, elf),
      translated: run(translated, elf),
    };
    if (runs.interpreted.instructions !== runs.translated.instructions)
      throw new Error(`${program}: the fuel differs`);
    for (const [name, { output, ms }] of Object.entries(runs)) {
      if (output !== runs.native.output) throw new Error(`${program}: ${name} says ${output}`);
      times[name].push(ms);
    }
  }
  const base = median(times.native);
  const ratio = (name) => rounded(median(times[name]) / base);
  const row = {
    program,
    nativeMs: rounded(base),
    qemu: ratio('qemu'),
    interpreted: ratio('interpreted'),
    translated: ratio('translated'),
    translatedCold: rounded(cold.ms / base),
    guestBytes: code.instructions * 4,
    wasmBytes: code.bytes.length,
  };
  table.push(row);
  console.log(JSON.stringify(row));
}
rmSync(folder, { recursive: true });
const means = Object.fromEntries(
  ['qemu', 'interpreted', 'translated'].map((name) => [
    name,
    rounded(geometricMean(table.map((row) => row[name]))),
  ]),
);
console.log('geometric means, times native:', JSON.stringify(means));
writeFileSync(
  results,
  `${JSON.stringify({ ...circumstances(), unit: 'processor time, times native', means, programs: table }, null, 2)}\n`,
);
