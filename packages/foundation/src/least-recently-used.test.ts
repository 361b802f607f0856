import { leastRecentlyUsed } from './least-recently-used.ts';

const entry = (name: string, lastUsedMs: number, sizeBytes = 10) => ({ name, lastUsedMs, sizeBytes });

describe('what goes first', () => {
  const entries = [entry('new', 3), entry('old', 1), entry('middle', 2)];

  it.each([
    { excessBytes: 0, gone: [] },
    { excessBytes: -5, gone: [] },
    { excessBytes: 1, gone: ['old'] },
    { excessBytes: 10, gone: ['old'] },
    { excessBytes: 11, gone: ['old', 'middle'] },
    { excessBytes: Infinity, gone: ['old', 'middle', 'new'] },
  ])('is what was used longest ago, and no more than $excessBytes bytes ask for', ({ excessBytes, gone }) => {
    expect(leastRecentlyUsed(entries, excessBytes).map(({ name }) => name)).toEqual(gone);
  });
});
