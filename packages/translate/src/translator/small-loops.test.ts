import { cpuState, engineCells, exitReasons } from '@boxer/abi';
import { BareProcess } from '../testing/bare-process.ts';
import { type EngineModules, makeEngineModules } from '../testing/engine-modules.ts';
import { installCode, readerOf } from '../testing/install-code.ts';
import { translateModule } from './translate-module.ts';

let modules: EngineModules;

beforeAll(async () => {
  modules = await makeEngineModules();
}, 300_000);

const CODE_AT = 0x1_0000;
const DATA_AT = 0x2_0000;
const INEXACT = 0x10;

/** Loops from x0 to x2, as GNU as encodes them; BRK behind. */
const loops = {
  /** `1: strb w1, [x0], #1; cmp x0, x2; b.ne 1b` */
  storeBytes: [0x3800_1401, 0xeb02_001f, 0x54ff_ffc1, 0xd420_0000],
  /** `1: ldr q0, [x0, x3]; add v1.2d, v1.2d, v0.2d; add x0, x0, #16; cmp x0, x2; b.ne 1b` */
  addVectors: [0x3ce3_6800, 0x4ee0_8421, 0x9100_4000, 0xeb02_001f, 0x54ff_ff81, 0xd420_0000],
  /** `1: ldp d0, d1, [x0], #16; fmul d2, d0, d1; fadd d3, d3, d2; cmp x0, x2; b.ne 1b` */
  sumOfProducts: [0x6cc1_0400, 0x1e61_0802, 0x1e62_2863, 0xeb02_001f, 0x54ff_ff81, 0xd420_0000],
  /** `1: str x1, [x0], #8; bl f; cmp x0, x2; b.ne 1b; brk #0; f: add x1, x1, #3; ret` */
  storeAndCall: [0xf800_8401, 0x9400_0004, 0xeb02_001f, 0x54ff_ffa1, 0xd420_0000, 0x9100_0c21, 0xd65f_03c0],
  /**
   * The same, where `bl` leads to `adrp x16, 0x20000; ldr x17, [x16, #8]; add x16, x16, #8; br x17`, as in the table by which a
   * program calls libraries; at the end, `g: add x1, x1, #3; ret`
   */
  storeAndCallElsewhere: [
    0xf800_8401, 0x9400_0006, 0xeb02_001f, 0x54ff_ffa1, 0xd420_0000, 0x9100_0c21, 0xd65f_03c0, 0x9000_0090,
    0xf940_0611, 0x9100_2210, 0xd61f_0220, 0x9100_0c21, 0xd65f_03c0,
  ],
} as const;

interface Start {
  readonly from: number;
  readonly to: number;
  /** Guest pages of data that may be accessed. */
  readonly pages: number;
  readonly data?: Float64Array;
}

function start(words: readonly number[], { from, to, pages, data }: Start): BareProcess {
  const box = new BareProcess({ ...modules, guestBytes: 0x20_0000 });
  box.writeWords(CODE_AT, words);
  box.permit(CODE_AT, 4096, 5);
  box.permit(DATA_AT, 4096 * pages, 3);
  if (data) box.guest(DATA_AT, data.byteLength).set(new Uint8Array(data.buffer));
  box.view.setUint32(cpuState.fpsr, INEXACT, true);
  box.setX(0, BigInt(from));
  box.setX(1, 7n);
  box.setX(2, BigInt(to));
  box.pc = BigInt(CODE_AT);
  return box;
}

function translated(words: readonly number[], how: Start): BareProcess {
  const box = start(words, how);
  installCode(box, translateModule(readerOf(box), [{ entry: CODE_AT }, { entry: CODE_AT + 0x14 }]));
  return box;
}

/** Flags that nobody will read may differ before the end. */
const stateOf = (box: BareProcess, reason: number) => ({
  pc: box.pc,
  fuel: box.fuel,
  flags: reason === exitReasons.breakpoint ? box.flags : 0,
  x: [0, 1, 2, 16, 17, 30].map((i) => box.x(i)),
  v: [0, 1, 2, 3].map((i) => box.v(i)),
  fpsr: box.view.getUint32(cpuState.fpsr, true),
  memory: Buffer.from(box.guest(DATA_AT, 0x2000)).toString('latin1'),
});

/** Runs both in slices of one length to the end. */
function compare(words: readonly number[], how: Start, fuel: number): void {
  const [plain, mixed] = [start(words, how), translated(words, how)];
  for (;;) {
    plain.fuel = mixed.fuel = BigInt(fuel);
    const [expected, actual] = [plain.run(), mixed.run()];
    const state = { ...stateOf(mixed, actual), slice: fuel, reason: actual };
    expect(state).toEqual({ ...stateOf(plain, expected), slice: fuel, reason: expected });
    if (expected !== exitReasons.fuel) return;
  }
}

// Oracle: the interpreter.
describe('loops of one block', () => {
  const lengths = [0, 1, 5, 23, 24, 25, 26, 47, 1000];

  it.each([1, 2, 8, 9, 31])('end after %i rounds, and slices where they do when interpreted', (rounds) => {
    const how = { from: DATA_AT, to: DATA_AT + rounds, pages: 1 };
    for (const fuel of lengths) compare(loops.storeBytes, how, fuel);
  });

  it('fault at the first access that is not permitted, though several are checked at once', () => {
    const how = { from: DATA_AT + 0xff0, to: DATA_AT + 0x2000, pages: 1 };
    for (const fuel of lengths) compare(loops.storeBytes, how, fuel);
  });

  it('collect the exceptions of floating point, zeros and denormals among the operands', () => {
    const numbers = [0, -0, 1.5, -2.25, 1e-160, 1e-300, 5e-324, 1e200, 1e300, Infinity, NaN, 2 ** -511];
    for (const first of numbers) {
      const data = new Float64Array(16 * 2).map((_, i) => 0.1 * i);
      numbers.forEach((second, i) => data.set([first, second], 2 * i));
      const how = { from: DATA_AT, to: DATA_AT + data.byteLength, pages: 1, data };
      for (const fuel of [25, 1000]) compare(loops.sumOfProducts, how, fuel);
    }
  });

  it('with calls keep what is dirty before them', () => {
    const how = { from: DATA_AT, to: DATA_AT + 8 * 40, pages: 1 };
    for (const fuel of lengths) compare(loops.storeAndCall, how, fuel);
    // The loop stores beyond the last page that it may write.
    for (const fuel of [50, 1000])
      compare(loops.storeAndCall, { ...how, from: DATA_AT + 0xf80, to: 0 }, fuel);
  });

  it('are entered again soon after an access across pages at their head', () => {
    const pages = 400;
    const box = translated(loops.addVectors, { from: DATA_AT + 2, to: DATA_AT + 4096 * pages - 14, pages });
    const ends: number[] = [];
    for (let reason: number = exitReasons.fuel; reason === exitReasons.fuel;) {
      box.fuel = 50_000n;
      reason = box.run();
      ends.push(box.view.getUint32(engineCells.endedTranslated, true));
    }
    expect(ends.length).toBeGreaterThan(5);
    expect(ends.slice(0, -1)).toEqual(ends.slice(1).map(() => 1));
  });

  it.each([
    ['translated', 0x14],
    ['interpreted', 0x2c],
  ])('call by a table of addresses what is %s', (_, at) => {
    const table = new BigUint64Array([0n, BigInt(CODE_AT + at)]);
    const how = {
      from: DATA_AT + 0xf80,
      to: DATA_AT + 0x1080,
      pages: 2,
      data: new Float64Array(table.buffer),
    };
    for (const fuel of lengths) compare(loops.storeAndCallElsewhere, how, fuel);
  });

  it('fault where such a table is not there', () => {
    const how = { from: DATA_AT + 0x1000, to: DATA_AT + 0x1080, pages: 0 };
    for (const fuel of lengths) compare(loops.storeAndCallElsewhere, how, fuel);
  });
});
