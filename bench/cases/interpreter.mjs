/**
 * Speed of the interpreter on CPU-bound programs, beside qemu's in the same run. CPU time, so that neither other processes
 * nor the host's compiler threads count. Needs aarch64-linux-gnu-gcc, qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emulate, engineModules, interpret, whyNotBare } from '../support/bare-program.mjs';
import { geometricMean, median } from '../support/measure.mjs';

const sources = fileURLToPath(new URL('../../fixtures/cpu/', import.meta.url));
const PROGRAMS = ['sieve', 'hash', 'machine', 'calls', 'workload'];

export const name = 'interpreter';
export const repetitions = 5;
export const goals = { 'geometricMean mips': 700 };

export async function measure(runs) {
  const skipped = whyNotBare();
  if (skipped) return { skipped };
  const modules = await engineModules();
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  try {
    const figures = Object.fromEntries(
      PROGRAMS.map((program) => [program, compare(program, folder, modules, runs)]),
    );
    const mean = (key) => Math.round(geometricMean(Object.values(figures).map((row) => row[key])));
    return { ...figures, geometricMean: { mips: mean('mips'), qemuMips: mean('qemuMips') } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program under both in turn. */
function compare(program, folder, modules, runs) {
  const path = compile(program, folder);
  const elf = readFileSync(path);
  const [ours, theirs] = [[], []];
  let instructions = 0;
  for (let i = 0; i < runs; i++) {
    const qemu = emulate(path);
    const boxer = interpret(elf, modules);
    if (boxer.output !== qemu.output)
      throw new Error(`${program}: ${boxer.output} instead of ${qemu.output}`);
    instructions = boxer.instructions;
    ours.push(boxer.ms);
    theirs.push(qemu.ms);
  }
  const mips = (ms) => Math.round(instructions / median(ms) / 1e3);
  return { instructions, mips: mips(ours), qemuMips: mips(theirs) };
}

function compile(program, folder) {
  const out = join(folder, program);
  const flags = ['-O2', '-static', '-nostdlib', '-ffreestanding', '-fno-tree-vectorize', '-march=armv8-a'];
  execFileSync('aarch64-linux-gnu-gcc', [...flags, '-o', out, join(sources, `${program}.c`)]);
  return out;
}
