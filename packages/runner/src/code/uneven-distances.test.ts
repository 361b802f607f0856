import { unevenDistances } from './uneven-distances.ts';

/** Where the branches of a loop lie, in instructions: blocks of 3 to 29. */
const branches: number[] = [];
for (let at = 0, i = 0; at < 21_000; at += 3 + ((i++ * 7919) % 27)) branches.push(at);

/** Share of the branches that are seen when pieces end at the first branch after the wanted distance. */
function seen(distance: () => number): number {
  const found = new Set<number>();
  for (let at = 0, samples = 0; samples < 100_000; samples++) {
    const wanted = (at + distance()) % 21_000;
    at = branches.find((each) => each >= wanted) ?? 0;
    found.add(at);
  }
  return found.size / branches.length;
}

describe('unevenDistances', () => {
  it('see the branches of a long loop, where equal distances see few', () => {
    const distances = unevenDistances(128);
    expect(seen(() => distances.next().value)).toBeGreaterThan(0.99);
    expect(seen(() => 128)).toBeLessThan(0.3);
  });

  it('are the same in each run, with the average asked for', () => {
    const take = () => {
      const distances = unevenDistances(128);
      return Array.from({ length: 10_000 }, () => distances.next().value);
    };
    const first = take();
    expect(take()).toEqual(first);
    expect(first.reduce((sum, each) => sum + each, 0) / first.length).toBeCloseTo(128, -1);
  });
});
