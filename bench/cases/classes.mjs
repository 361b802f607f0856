/**
 * Speed of the interpreter on each class of instructions, to show which ones are slow: loops of nothing else, beside qemu
 * in the same run. Processor time. Needs aarch64-linux-gnu-gcc, qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulate, engineModules, interpret, whyNotBare } from '../support/bare-program.mjs';
import { classes, perRound, sourceOf } from '../support/instruction-classes.mjs';
import { median } from '../support/measure.mjs';

const INSTRUCTIONS = 8_000_000;
const REPETITIONS = 5;

export const name = 'classes';
export const goals = {};

export async function measure() {
  const skipped = whyNotBare();
  if (skipped) return { skipped };
  const modules = await engineModules();
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  try {
    const programs = Object.entries(classes).map(([key, lines]) => [key, assemble(key, lines, folder)]);
    // The host's compiler optimises what it has seen running.
    for (const [, path] of programs) interpret(readFileSync(path), modules);
    return Object.fromEntries(programs.map(([key, path]) => [key, compare(path, modules)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function assemble(key, lines, folder) {
  const path = join(folder, key);
  const input = sourceOf(lines, Math.round(INSTRUCTIONS / perRound(lines)));
  const flags = ['-static', '-nostdlib', '-x', 'assembler'];
  execFileSync('aarch64-linux-gnu-gcc', [...flags, '-o', path, '-'], { input });
  return path;
}

/** @returns nanoseconds an instruction in both, and ours as millions a second */
function compare(path, modules) {
  const elf = readFileSync(path);
  const [ours, theirs] = [[], []];
  for (let i = 0; i < REPETITIONS; i++) {
    const { instructions, seconds } = interpret(elf, modules);
    ours.push((seconds / instructions) * 1e9);
    theirs.push((emulate(path, 'max').seconds / instructions) * 1e9);
  }
  const round = (value) => Math.round(value * 100) / 100;
  return { ns: round(median(ours)), mips: Math.round(1000 / median(ours)), qemuNs: round(median(theirs)) };
}
