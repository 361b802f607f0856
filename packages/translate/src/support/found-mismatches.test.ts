import { makeEngineModules } from '../testing/engine-modules.ts';
import { InterpreterRunner } from '../testing/interpreter-runner.ts';
import { type MachineState, WINDOW_BYTES } from '../testing/machine-state.ts';

const INEXACT = 0x10;
const UNDERFLOW = 0x08;

function state(changes: { v?: Readonly<Record<number, bigint>>; fpsr?: number }): MachineState {
  return {
    x: Array.from({ length: 32 }, () => 0n),
    v: Array.from({ length: 32 }, (_, i) => changes.v?.[i] ?? 0n),
    nzcv: 0,
    fpcr: 0,
    fpsr: changes.fpsr ?? 0,
  };
}

// Where rows once differed from qemu-aarch64, whose results these are.
describe('the interpreter', () => {
  let runner: InterpreterRunner;
  beforeAll(async () => {
    runner = new InterpreterRunner(await makeEngineModules(), 1);
  }, 120_000);

  const run = (word: number, before: MachineState) =>
    runner.run(0, { name: '', words: [word], before, window: new Uint8Array(WINDOW_BYTES) });

  it.each([
    // fmadd d3, d0, d3, d3: 2^-1022 plus a tiny negative product, which rounds up to 2^-1022 again
    ['fused product', 0x1f43_0c03, { 0: 0x95bf_91fc_b675_168en, 3: 0x0010_0000_0000_0000n }],
    // fmul d3, d0, d1: (2^-1022 - 2^-1074) × (1 + 2^-52)
    ['product', 0x1e61_0803, { 0: 0x000f_ffff_ffff_ffffn, 1: 0x3ff0_0000_0000_0001n }],
    // fcvt s3, d0: 2^-126 - 2^-179
    ['narrowed number', 0x1e62_4003, { 0: 0x380f_ffff_ffff_ffffn }],
  ])('raises an underflow for a %s that rounds up to the smallest normal number', (_, word, v) => {
    const { after } = run(word, state({ v, fpsr: INEXACT }));
    const smallest = word === 0x1e62_4003 ? 0x0080_0000n : 0x0010_0000_0000_0000n;
    expect(after.v[3]).toBe(smallest);
    expect(after.fpsr).toBe(INEXACT | UNDERFLOW);
  });

  // fcvtzs h3, h0, #4: -0.25 is -4. Oracle: Arm ARM, whose V[d] clears what is above the element; qemu since 9.0.
  it('clears the register above a half’s fixed-point integer', () => {
    expect(run(0x5f1c_fc03, state({ v: { 0: 0xb400n, 3: -1n } })).after.v[3]).toBe(0xfffcn);
  });

  // ins v10.d[1], v19.d[0] with the lowest bit of imm4 set
  it('ignores the bits of imm4 below the index of INS', () => {
    const { after, outcome } = run(0x6e18_0e6a, state({ v: { 19: 7n, 10: 1n } }));
    expect(outcome).toBe('next');
    expect(after.v[10]).toBe((7n << 64n) | 1n);
  });

  // and w0, w0 with N = 0, imms = 63: an element of no size
  it('has no bitmask immediate without an element size', () => {
    expect(run(0x1200_fc00, state({})).outcome).toBe('undefined');
  });
});
