import { Rounds } from './rounds.ts';
import { jitThresholds } from './thresholds.ts';

const thresholds = jitThresholds('auto', 2);
const { startAfter, leastOfFirst, leastOfRound, restShare, mostRest } = thresholds;

describe('the rounds in which code is translated', () => {
  it('begin when a box has executed enough, later where there is one processor only', () => {
    const rounds = new Rounds(thresholds);
    expect(rounds.isDue(startAfter - 1)).toBe(false);
    expect(rounds.isDue(startAfter)).toBe(true);
    expect(new Rounds(jitThresholds('auto', 1)).isDue(startAfter)).toBe(false);
  });

  it('ask for less of a place, the longer the box has run', () => {
    const rounds = new Rounds(thresholds);
    const [early, late] = [500e6, 2000e6].map((executed) => rounds.leastSamples(executed, 10_000, 1));
    expect(early).toBeGreaterThanOrEqual(2 * (late ?? NaN));
    expect(rounds.leastSamples(1e12, 10_000, 1)).toBe(thresholds.leastSamples);
  });

  it('count samples of translated code as well', () => {
    const rounds = new Rounds(thresholds);
    expect(rounds.leastSamples(1e9, 10_000, 0.5)).toBe(2 * rounds.leastSamples(1e9, 10_000, 1));
  });

  it('are worth it when what is hot has taken long, the first one longer', () => {
    const rounds = new Rounds(thresholds);
    expect(rounds.isWorthwhile(2 * leastOfFirst, 1, 0.49)).toBe(false);
    expect(rounds.isWorthwhile(2 * leastOfFirst, 1, 0.51)).toBe(true);
    rounds.begin();
    expect(rounds.isWorthwhile(2 * leastOfRound, 1, 0.51)).toBe(true);
    expect(rounds.isWorthwhile(1e12, 1, 0.1)).toBe(false);
  });

  it('follow each other at growing distances, up to a bound', () => {
    const rounds = new Rounds(thresholds);
    for (const [executed, rest] of [
      [startAfter, restShare * startAfter],
      [1e12, mostRest],
    ] as const) {
      rounds.begin();
      expect(rounds.isDue(Number.MAX_SAFE_INTEGER)).toBe(false);
      rounds.end(executed);
      expect(rounds.isDue(executed + rest - 1)).toBe(false);
      expect(rounds.isDue(executed + rest)).toBe(true);
    }
  });

  it('come to an end', () => {
    const rounds = new Rounds(thresholds);
    for (let i = 0; i < thresholds.mostRounds; i++) {
      expect(rounds.areOver).toBe(false);
      rounds.begin();
      rounds.end(0);
    }
    expect(rounds.areOver).toBe(true);
    expect(rounds.isDue(Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
