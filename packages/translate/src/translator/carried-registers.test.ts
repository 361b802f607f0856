import { carriedRegisters } from './carried-registers.ts';
import { RegisterSet } from './register-set.ts';

const general = (...registers: readonly number[]) =>
  new RegisterSet(
    registers.reduce((mask, r) => mask | (1 << r), 0),
    0,
  );
const carried = (...reads: readonly RegisterSet[]) => carriedRegisters(reads).generals;
const all = Array.from({ length: 32 }, (_, r) => r);

// Oracle: the rule itself, on cases that can be counted by hand.
describe('registers that stay in locals where jumps meet', () => {
  it('are all of them when few are read', () => {
    expect(carried(general(0, 1), general(2, 3), general(31))).toEqual(all);
    expect(carried()).toEqual(all);
  });

  it('are those that most targets read when many are', () => {
    const own = [7, 8, 9, 10].map((r) => general(19, 20, r));
    expect(carried(...own)).toEqual([19, 20]);
    expect(carried(...own, general(19), general(31, 30, 29))).toEqual([19, 20]);
  });

  it('are no more than the host has registers for', () => {
    expect(carried(general(...all), general(...all)).length).toBe(5);
  });
});
