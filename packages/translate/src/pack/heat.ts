import { type Control, goesOn } from '../translator/decode-instruction.ts';

/** How often each instruction is executed, in samples. */
export type Heat = ReadonlyMap<number, number>;

/** Rounds in which samples are divided among the branches that lead to the same place. */
const ROUNDS = 3;
/** Of what is executed, so much goes on behind a branch that seems to be always taken: others may lead to its target. */
const LEAST_FALLING = 1 / 8;

/**
 * Estimates how often instructions are executed. Samples are taken where branches lead; what goes on behind a branch is what came
 * to it less what was seen at its target.
 *
 * @param executed - how instructions hand on control, by address in ascending order
 * @param samples - by address
 */
export function heatOf(executed: ReadonlyMap<number, Control>, samples: ReadonlyMap<number, number>): Heat {
  const heat = new Map<number, number>();
  /** What leads to each target of a branch, in the last round. */
  let arriving = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const last = arriving;
    arriving = new Map();
    let falling = 0;
    for (const [pc, control] of executed) {
      const seen = samples.get(pc) ?? 0;
      const before = executed.get(pc - 4);
      // A return from a call was seen as well.
      const count = before?.type === 'call' ? Math.max(seen, falling) : seen + falling;
      heat.set(pc, count);
      falling = goesOn(control) && executed.has(pc + 4) ? count : 0;
      if (control.type !== 'branch') continue;
      const { target, conditional } = control;
      arriving.set(target, (arriving.get(target) ?? 0) + count);
      if (!conditional) continue;
      const share = count / Math.max(last.get(target) ?? count, count);
      falling -= Math.min((1 - LEAST_FALLING) * falling, share * (samples.get(target) ?? 0));
    }
  }
  return heat;
}
