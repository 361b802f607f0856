import { RegisterSet } from './register-set.ts';

/** So many registers the host has for them, beside those that translated code always needs. */
const MOST = { general: 5, vector: 5 } as const;
/** Share of the targets that must read a register, for it to be worth keeping for them. */
const LEAST_SHARE = 0.4;

/**
 * Chooses the registers that stay in locals where jumps through registers meet. There, each register that some way has changed
 * is a variable that all ways have to agree on: with most of the guest's, a jump moves a dozen between the host's
 * registers and its stack. What few targets read is better off in the CPU state, from where they load it.
 *
 * @param reads - for each target, what is read from there on before it is written, until a call or the next jump
 */
export function carriedRegisters(reads: readonly RegisterSet[]): RegisterSet {
  const choose = (kind: 'general' | 'vector', numbers: (set: RegisterSet) => readonly number[]): number => {
    const counts = new Map<number, number>();
    for (const set of reads) for (const r of numbers(set)) counts.set(r, (counts.get(r) ?? 0) + 1);
    if (counts.size <= MOST[kind]) return -1;
    const ranked = [...counts].sort(([x, a], [y, b]) => b - a || x - y).slice(0, MOST[kind]);
    let mask = 0;
    for (const [r, count] of ranked) if (count >= LEAST_SHARE * reads.length) mask |= 1 << r;
    return mask;
  };
  return new RegisterSet(
    choose('general', (set) => set.generals),
    choose('vector', (set) => set.vectors),
  );
}
