/**
 * Speed of translated code beside native code, qemu and the interpreter, interleaved in one run on CPU-bound programs.
 * Processor times, as multiples of the native one: machines are shared. Needs gcc, aarch64-linux-gnu-gcc (and its nm),
 * qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArtifact } from '../../packages/translate/dist/index.js';
import { BareProcess } from '../../packages/translate/dist/testing/bare-process.js';
import { loadElf } from '../../packages/translate/dist/testing/elf.js';
import { installCode, readerOf } from '../../packages/translate/dist/testing/install-code.js';
import { discoverRegion } from '../../packages/translate/dist/translator/region.js';
import { translateModule } from '../../packages/translate/dist/translator/translate-module.js';
import { hasCommand } from '../support/machine.mjs';
import { median } from '../support/measure.mjs';

const sources = fileURLToPath(new URL('../../fixtures/cpu/', import.meta.url));
const SCALAR = ['-O2', '-fno-tree-vectorize'];
/** Sources, compiled scalar; those that vectors change also with vectors. */
const PROGRAMS = ['fibonacci', 'calls', 'workload', 'machine', 'switch', 'sieve', 'floats', 'hash', 'table'];
const VECTORISED = ['workload', 'sieve', 'floats'];
const COMMON = ['-ffp-contract=off', '-fno-math-errno'];
const FREESTANDING = ['-static', '-nostdlib', '-ffreestanding', '-march=armv8-a'];
const COMMANDS = ['gcc', 'aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-nm', 'qemu-aarch64-static', 'bash'];
const REPETITIONS = 7;
/** Runs before measuring: the host's compiler has optimised everything then. */
const WARM_UPS = 4;
/** Runs of a native program for one figure: they take a few milliseconds each. */
const NATIVE_RUNS = 4;
const GUEST_BYTES = 64 << 20;
const STACK_TOP = 0x3f0_0000;
const PLENTY = 1n << 50n;

export const name = 'translated';
export const goals = { 'geometricMean translated': 2, 'geometricMean translatedByQemu': 0.333 };

export async function measure() {
  const missing = COMMANDS.find((command) => !hasCommand(command));
  if (missing) return { skipped: `${missing} is not installed` };
  const modules = await Promise.all(
    ['process', 'support'].map(async (artifact) => WebAssembly.compile(await readArtifact(artifact))),
  );
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  const variants = [
    ...PROGRAMS.map((program) => ({ program, title: program, flags: SCALAR })),
    ...VECTORISED.map((program) => ({ program, title: `${program} -O3`, flags: ['-O3'] })),
  ];
  try {
    const figures = variants.map((variant) => [variant.title, compare(variant, folder, modules)]);
    const ofScalar = figures.slice(0, PROGRAMS.length).map(([, row]) => row);
    return { ...Object.fromEntries(figures), geometricMean: geometricMean(ofScalar) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program in all four ways in turn. */
function compare(variant, folder, modules) {
  const { guest, native } = build(variant, folder);
  const elf = readFileSync(guest);
  const [interpreted, translated] = [load(elf, modules), load(elf, modules)];
  const code = translate(translated, guest);
  const cold = run(translated, elf);
  for (let i = 0; i < WARM_UPS; i++) run(translated, elf);
  run(interpreted, elf);
  const times = { native: [], qemu: [], interpreted: [], translated: [] };
  for (let i = 0; i < REPETITIONS; i++) {
    const runs = {
      native: execute(NATIVE_RUNS, native),
      qemu: execute(1, 'qemu-aarch64-static', '-cpu', 'cortex-a57', guest),
      interpreted: run(interpreted, elf),
      translated: run(translated, elf),
    };
    if (runs.interpreted.instructions !== runs.translated.instructions)
      throw new Error(`${variant.title}: the fuel differs`);
    for (const [way, { output, ms }] of Object.entries(runs)) {
      if (output !== runs.native.output) throw new Error(`${variant.title}: ${way} says ${output}`);
      times[way].push(ms);
    }
  }
  const base = median(times.native);
  const ratio = (way) => rounded(median(times[way]) / base);
  return {
    nativeMs: rounded(base),
    qemu: ratio('qemu'),
    interpreted: ratio('interpreted'),
    translated: ratio('translated'),
    translatedCold: rounded(cold.ms / base),
    guestBytes: code.instructions * 4,
    wasmBytes: code.bytes.length,
  };
}

const rounded = (value) => Math.round(value * 100) / 100;

function geometricMean(rows) {
  const mean = (way) => Math.exp(rows.reduce((sum, row) => sum + Math.log(row[way]), 0) / rows.length);
  const [qemu, interpreted, translated] = ['qemu', 'interpreted', 'translated'].map(mean);
  return {
    qemu: rounded(qemu),
    interpreted: rounded(interpreted),
    translated: rounded(translated),
    translatedByQemu: rounded(translated / qemu),
  };
}

function build({ program, title, flags }, folder) {
  const guest = join(folder, title.replaceAll(' ', ''));
  const native = `${guest}-native`;
  const source = join(sources, `${program}.c`);
  execFileSync('aarch64-linux-gnu-gcc', [...COMMON, ...flags, ...FREESTANDING, '-o', guest, source]);
  execFileSync('gcc', [...COMMON, ...flags, '-o', native, source]);
  return { guest, native };
}

/** Output and processor time in milliseconds of one run of a program of the host. */
function execute(runs, ...command) {
  const script = `TIMEFORMAT="%3U %3S"; time for i in $(seq ${runs}); do "$@"; done`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  const [user = 0, system = 0] = stderr.trim().split(/\s+/).slice(-2).map(Number);
  return { output: stdout.slice(0, stdout.length / runs), ms: ((user + system) * 1000) / runs };
}

/** Processor time of this thread in milliseconds: neither other processes nor the host's compiler threads count. */
function threadMs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** A box that can run the program again and again. */
function load(elf, [processModule, supportModule]) {
  const box = { output: '', ended: false };
  const guest = new BareProcess({
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
  const entry = loadElf(guest, elf);
  guest.permit(STACK_TOP - 0x10_0000, 0x10_0000, 3);
  return Object.assign(box, { guest, entry });
}

function run(box, elf) {
  const { guest, entry } = box;
  Object.assign(box, { output: '', ended: false });
  loadElf(guest, elf);
  guest.pc = entry;
  guest.setX(31, BigInt(STACK_TOP));
  guest.fuel = PLENTY;
  const start = threadMs();
  const reason = guest.run();
  const ms = threadMs() - start;
  if (!box.ended) throw new Error(`Left for reason ${reason} at 0x${guest.pc.toString(16)}`);
  return { output: box.output, ms, instructions: PLENTY - guest.fuel };
}

/** Translates all functions of a program; loops may be entered at their heads. */
function translate({ guest }, path) {
  const reader = readerOf(guest);
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
  const translated = translateModule(reader, requests, options);
  installCode(guest, translated);
  return translated;
}
