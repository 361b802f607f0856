/**
 * Speed of translated code beside native code, qemu and the interpreter, interleaved in one run on CPU-bound programs.
 * Processor times, as multiples of the native one: machines are shared. Needs gcc, aarch64-linux-gnu-gcc (and its nm),
 * qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCode, readerOf } from '../../packages/translate/dist/testing/install-code.js';
import { discoverRegion } from '../../packages/translate/dist/translator/region.js';
import { translateModule } from '../../packages/translate/dist/translator/translate-module.js';
import { BareProgram, emulate, engineModules, whyNotBare } from '../support/bare-program.mjs';
import { geometricMean, median, processorTime, rounded } from '../support/measure.mjs';

const sources = fileURLToPath(new URL('../../fixtures/cpu/', import.meta.url));
const SCALAR = ['-O2', '-fno-tree-vectorize'];
/** Sources, compiled scalar; those that vectors change also with vectors. */
const PROGRAMS = ['fibonacci', 'calls', 'workload', 'machine', 'switch', 'sieve', 'floats', 'hash', 'table'];
const VECTORISED = ['workload', 'sieve', 'floats'];
const COMMON = ['-ffp-contract=off', '-fno-math-errno'];
const FREESTANDING = ['-static', '-nostdlib', '-ffreestanding', '-march=armv8-a'];
/** Runs before measuring: the host's compiler has optimised everything then. */
const WARM_UPS = 4;
/** Runs of a native program for one figure: they take a few milliseconds each. */
const NATIVE_RUNS = 4;

export const name = 'translated';
export const repetitions = 7;
export const goals = { 'geometricMean translated': 2, 'geometricMean translatedByQemu': 0.333 };

export async function measure(runs) {
  const skipped = whyNotBare('gcc', 'aarch64-linux-gnu-nm');
  if (skipped) return { skipped };
  const modules = await engineModules();
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  const variants = [
    ...PROGRAMS.map((program) => ({ program, title: program, flags: SCALAR })),
    ...VECTORISED.map((program) => ({ program, title: `${program} -O3`, flags: ['-O3'] })),
  ];
  try {
    const figures = variants.map((variant) => [variant.title, compare(variant, folder, modules, runs)]);
    const ofScalar = figures.slice(0, PROGRAMS.length).map(([, row]) => row);
    return { ...Object.fromEntries(figures), geometricMean: means(ofScalar) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program in all four ways in turn. */
function compare(variant, folder, modules, runs) {
  const { guest, native } = build(variant, folder);
  const elf = readFileSync(guest);
  const [interpreted, translated] = [new BareProgram(elf, modules), new BareProgram(elf, modules)];
  const code = translate(translated, guest);
  const cold = translated.run();
  for (let i = 0; i < WARM_UPS; i++) translated.run();
  interpreted.run();
  const times = { native: [], qemu: [], interpreted: [], translated: [] };
  for (let i = 0; i < runs; i++) {
    const done = {
      native: processorTime([native], NATIVE_RUNS),
      qemu: emulate(guest),
      interpreted: interpreted.run(),
      translated: translated.run(),
    };
    if (done.interpreted.instructions !== done.translated.instructions)
      throw new Error(`${variant.title}: the fuel differs`);
    for (const [way, { output, ms }] of Object.entries(done)) {
      if (output !== done.native.output) throw new Error(`${variant.title}: ${way} says ${output}`);
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

function means(rows) {
  const mean = (way) => geometricMean(rows.map((row) => row[way]));
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
