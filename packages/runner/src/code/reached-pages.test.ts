import { sampleDistances } from './reached-pages.ts';

/** Branches of a loop that are seen when pieces end at the first branch after the wanted distance. */
function branchesSeen(distance: () => number): number {
  const [loop, block] = [21_000, 12];
  const seen = new Set<number>();
  for (let at = 0, samples = 0; samples < 100_000; samples++) {
    at = (Math.ceil((at + distance()) / block) * block) % loop;
    seen.add(at);
  }
  return seen.size / (loop / block);
}

describe('sampleDistances', () => {
  it('sees all branches of a long loop, where equal distances see few', () => {
    const distances = sampleDistances();
    expect(branchesSeen(() => distances.next().value)).toBe(1);
    expect(branchesSeen(() => 128)).toBeLessThan(0.3);
  });

  it('is the same in each run, 128 on average', () => {
    const take = () => {
      const distances = sampleDistances();
      return Array.from({ length: 10_000 }, () => distances.next().value);
    };
    const first = take();
    expect(take()).toEqual(first);
    expect(first.reduce((sum, each) => sum + each, 0) / first.length).toBeCloseTo(128, -1);
  });
});
