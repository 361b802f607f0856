import type { CodeReader } from '../translator/code-reader.ts';

/** How often each instruction is executed, in samples. */
export type Heat = ReadonlyMap<number, number>;

/** Rounds in which samples are divided among the branches that lead to the same place. */
const ROUNDS = 3;
/** Of what is executed, so much goes on behind a branch that seems to be always taken: others may lead to its target. */
const LEAST_FALLING = 1 / 8;

/** How control goes on behind an instruction. `target`: of a direct branch. */
type Going =
  | { readonly type: 'next' | 'call' | 'end'; readonly target?: undefined }
  | { readonly type: 'branch' | 'perhaps'; readonly target: number };

const signed = (value: number, bits: number) => (value << (32 - bits)) >> (32 - bits);

/** @source Arm ARM DDI 0487, "Branches, Exception Generating and System instructions" */
function goingOf(pc: number, word: number): Going {
  const by = (low: number, bits: number) => pc + 4 * signed(word >>> low, bits);
  if (word >>> 26 === 0x05) return { type: 'branch', target: by(0, 26) };
  if (word >>> 26 === 0x25 || (word & 0xffff_fc1f) >>> 0 === 0xd63f_0000) return { type: 'call' };
  if (word >>> 24 === 0x54 || (word & 0x7e00_0000) >>> 0 === 0x3400_0000)
    return { type: 'perhaps', target: by(5, 19) };
  if ((word & 0x7e00_0000) >>> 0 === 0x3600_0000) return { type: 'perhaps', target: by(5, 14) };
  return { type: neverGoesOn(word) ? 'end' : 'next' };
}

/** BR, RET, B: what lies behind is reached from elsewhere, if at all. */
export function neverGoesOn(word: number): boolean {
  return (
    word >>> 26 === 0x05 ||
    (word & 0xffff_fc1f) >>> 0 === 0xd61f_0000 ||
    (word & 0xffff_fc1f) >>> 0 === 0xd65f_0000
  );
}

/**
 * Estimates how often instructions are executed. Samples are taken where branches lead; what goes on behind a branch is what came
 * to it less what was seen at its target.
 *
 * @param executed - addresses in ascending order
 * @param samples - by address
 */
export function heatOf(
  executed: readonly number[],
  samples: ReadonlyMap<number, number>,
  reader: CodeReader,
): Heat {
  const goings = executed.map((pc) => goingOf(pc, reader.word(pc) ?? 0));
  const heat = new Map<number, number>();
  /** What leads to each target of a branch, in the last round. */
  let arriving = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const last = arriving;
    arriving = new Map();
    let falling = 0;
    executed.forEach((pc, i) => {
      const seen = samples.get(pc) ?? 0;
      const before = executed[i - 1] === pc - 4 ? goings[i - 1]?.type : 'end';
      // A return from a call was seen as well.
      const count = before === 'end' ? seen : before === 'call' ? Math.max(seen, falling) : seen + falling;
      heat.set(pc, count);
      const { type, target } = goings[i] ?? { type: 'end' };
      falling = type === 'branch' ? 0 : count;
      if (target === undefined) return;
      arriving.set(target, (arriving.get(target) ?? 0) + count);
      if (type !== 'perhaps') return;
      const share = count / Math.max(last.get(target) ?? count, count);
      falling -= Math.min(count * (1 - LEAST_FALLING), share * (samples.get(target) ?? 0));
    });
  }
  return heat;
}
