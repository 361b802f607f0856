import { ModuleBuilder } from '@boxer/wasm';
import { emitChooseAddress } from './choose-address.ts';

/** A function that says which of some addresses it was given; -1: none of them. */
function chooser(addresses: readonly number[]) {
  const module = new ModuleBuilder();
  const chosen = module.function({ params: ['i32'], results: ['i32'] }, (f) => {
    const unknown = f.block();
    const labels = addresses.map(() => f.block()).reverse();
    emitChooseAddress(
      f,
      { distance: 0, unknown },
      addresses.map((distance, i) => ({ distance, label: labels[i] ?? unknown })),
    );
    addresses.forEach((_, i) => f.end().i32(i).op('return'));
    f.end().i32(-1);
  });
  module.export('choose', 'function', chosen);
  const bytes = module.finish();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
  return { choose: exports['choose'] as (pc: number) => number, sizeBytes: bytes.length };
}

const START = 0x40_0000;
const spread = Array.from({ length: 213 }, (_, i) => START + 4 * Math.floor((i * i * 17_200) / 213 ** 2));

describe('the choice by an address', () => {
  it.each([
    ['no case', []],
    ['one case', [START]],
    ['cases side by side', Array.from({ length: 100 }, (_, i) => START + 4 * i)],
    ['cases that lie ever further apart', [...new Set(spread)]],
    ['two clusters', [0, 4, 8, 12, 16, 100_000, 100_004, 100_012].map((at) => START + at)],
    ['cases at both ends of memory', [0, 4, 8, 12, 2 ** 32 - 8, 2 ** 32 - 4]],
  ])('finds each of %s, and nothing beside them', (_, addresses) => {
    const { choose } = chooser(addresses);
    const near = addresses.flatMap((pc) => [pc, pc + 1, pc + 2, pc + 4, pc - 4, pc + 2 ** 31]);
    for (const pc of near.map((each) => each >>> 0))
      expect([pc, choose(pc | 0)]).toEqual([pc, addresses.indexOf(pc)]);
  });

  it('has no table much longer than what it chooses from', () => {
    expect(chooser(spread).sizeBytes).toBeLessThan(213 * 40);
  });
});
