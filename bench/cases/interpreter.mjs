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
import { median } from '../support/measure.mjs';

const sources = fileURLToPath(new URL('../../fixtures/cpu/', import.meta.url));
const PROGRAMS = ['sieve', 'hash', 'machine', 'calls', 'workload'];
const REPETITIONS = 5;

export const name = 'interpreter';
export const goals = { 'geometricMean mips': 700 };

export async function measure() {
  const skipped = whyNotBare();
  if (skipped) return { skipped };
  const modules = await engineModules();
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
