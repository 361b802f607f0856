import { cacheMaxBytes } from './cache-size.ts';
import { pruneOptions } from './prune.ts';

/** Expectations: docker buildx prune (--filter until, --keep-storage), and Docker's units, which are powers of 1024. */
describe('boxer cache prune', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');
  const options = (filter: string[], more: { all?: boolean; 'keep-storage'?: string } = {}) =>
    pruneOptions({ all: false, json: false, filter, ...more }, now);

  it.each([
    ['until=24h', { untilMs: Date.parse('2026-02-28T00:00:00Z') }],
    ['until=1h30m', { untilMs: Date.parse('2026-02-28T22:30:00Z') }],
    ['until=2026-01-31T12:00:00Z', { untilMs: Date.parse('2026-01-31T12:00:00Z') }],
    ['type=mount', { types: ['mount'] }],
    ['id=0a1b', { id: '0a1b' }],
  ])('takes --filter %s', (filter, expected) => {
    expect(options([filter])).toEqual(expected);
  });

  it.each([
    ['until=soon', 'until'],
    ['type=other', 'there are layer, mount'],
    ['color=red', 'there are until, type and id'],
    ['until', 'write KEY=VALUE'],
  ])('refuses --filter %s', (filter, message) => {
    expect(() => options([filter])).toThrow(message);
  });

  it('takes sizes, and everything', () => {
    expect(options([], { 'keep-storage': '1.5g' })).toEqual({ keepBytes: 1.5 * 2 ** 30 });
    expect(() => options([], { 'keep-storage': 'much' })).toThrow('--keep-storage');
    expect(options([], { all: true }).types).toContain('blob');
  });
});

describe('the bound on the cache', () => {
  it.each([
    [undefined, {}, 10 * 2 ** 30],
    [undefined, { BOXER_CACHE_MAX_SIZE: '1m' }, 2 ** 20],
    ['2k', { BOXER_CACHE_MAX_SIZE: '1m' }, 2048],
    ['0', {}, undefined],
  ])('of the flag %s with %j is %s', (flag, environment, expected) => {
    expect(cacheMaxBytes(flag, environment)).toBe(expected);
  });

  it('is told apart by where a mistake stands', () => {
    expect(() => cacheMaxBytes('x', {})).toThrow('--cache-max-size');
    expect(() => cacheMaxBytes(undefined, { BOXER_CACHE_MAX_SIZE: 'x' })).toThrow('BOXER_CACHE_MAX_SIZE');
  });
});
