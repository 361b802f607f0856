/**
 * Speed of the interpreter on each class of instructions, to show which ones are slow: loops of nothing else, beside qemu
 * in the same run. Processor time, without starting. Needs aarch64-linux-gnu-gcc, qemu-aarch64-static and bash, on Linux.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulate, engineModules, interpret, whyNotBare } from '../support/bare-program.mjs';
import { classes, perRound, sourceOf } from '../support/instruction-classes.mjs';
import { median, rounded } from '../support/measure.mjs';

/** A short loop tells how long one must be to take so much time: much more than starting, and than a tick of the clock. */
const PILOT_INSTRUCTIONS = 8_000_000;
const LONG_MS = 250;

export const name = 'classes';
export const repetitions = 5;
export const goals = {};

export async function measure(runs) {
  const skipped = whyNotBare();
  if (skipped) return { skipped };
  const modules = await engineModules();
  const folder = mkdtempSync(join(tmpdir(), 'boxer-bench-'));
  const ways = {
    ours: (path) => interpret(readFileSync(path), modules),
    qemu: (path) => emulate(path, 'max'),
  };
  try {
    const programs = Object.entries(classes).map(([key, lines]) => [
      key,
      new ClassProgram(key, lines, folder),
    ]);
    // The host's compiler optimises what it has seen running.
    for (const [, program] of programs) ways.ours(program.ofRounds(program.pilotRounds));
    return Object.fromEntries(programs.map(([key, program]) => [key, compare(program, ways, runs)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loops of one class, of any length. */
class ClassProgram {
  constructor(key, lines, folder) {
    this.lines = lines;
    this.path = join(folder, key);
  }

  get pilotRounds() {
    return Math.round(PILOT_INSTRUCTIONS / perRound(this.lines));
  }

  /** @returns the path of the executable */
  ofRounds(rounds) {
    const path = `${this.path}-${rounds}`;
    const flags = ['-static', '-nostdlib', '-x', 'assembler', '-o', path, '-'];
    execFileSync('aarch64-linux-gnu-gcc', flags, { input: sourceOf(this.lines, rounds) });
    return path;
  }

  /** @returns how many rounds take {@link LONG_MS} */
  longRounds(way) {
    const ms = way(this.ofRounds(this.pilotRounds)).ms - way(this.ofRounds(1)).ms;
    return Math.ceil((this.pilotRounds * LONG_MS) / Math.max(ms, 1));
  }
}

/** @returns nanoseconds an instruction in both, and ours as millions a second */
function compare(program, ways, runs) {
  const short = program.ofRounds(1);
  const measured = Object.entries(ways).map(([key, way]) => {
    const rounds = program.longRounds(way);
    return { key, way, rounds, path: program.ofRounds(rounds), samples: [] };
  });
  for (let i = 0; i < runs; i++) {
    for (const { way, rounds, path, samples } of measured) {
      const ms = way(path).ms - way(short).ms;
      samples.push((ms * 1e6) / ((rounds - 1) * perRound(program.lines)));
    }
  }
  const [ours, qemu] = measured.map(({ samples }) => median(samples));
  return { ns: rounded(ours), mips: Math.round(1000 / ours), qemuNs: rounded(qemu) };
}
