import { cpuState, exitReasons, pagePermissions } from '@boxer/abi';
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
const PAGE = 4096;
const { read, write, execute } = pagePermissions;
const STORED = 0x1122_3344_5566_7788n;

/** Runs words of code over pages of data with these permissions. */
function run(words: readonly number[], pages: readonly number[], prepare: (box: BareProcess) => void) {
  const box = new BareProcess({ ...modules, guestBytes: 0x20_0000 });
  box.writeWords(CODE_AT, words);
  box.permit(CODE_AT, PAGE, read | execute);
  pages.forEach((permissions, i) => box.permit(DATA_AT + i * PAGE, PAGE, permissions));
  box.setX(1, STORED);
  box.pc = BigInt(CODE_AT);
  box.fuel = 1000n;
  prepare(box);
  installCode(box, translateModule(readerOf(box), [{ entry: CODE_AT }]));
  return { reason: box.run(), pc: Number(box.pc), box };
}

// Oracle: Linux, where an access to a page without the permission faults at that instruction. The words are of GNU as.
describe('one check for several accesses', () => {
  it('does not speak for rounds of a loop that were not executed', () => {
    // `1: str x1, [x0], #8; cmp x0, x2; b.ne 1b; str x1, [x0, #-64]; brk #0`: rounds are checked together.
    const words = [0xf800_8401, 0xeb02_001f, 0x54ff_ffc1, 0xf81c_0001, 0xd420_0000];
    const { reason, pc, box } = run(words, [read, read | write], (each) => {
      each.setX(0, BigInt(DATA_AT + PAGE));
      each.setX(2, BigInt(DATA_AT + PAGE + 8));
    });
    expect({ reason, pc }).toEqual({ reason: exitReasons.fault, pc: CODE_AT + 12 });
    expect(box.guest(DATA_AT, PAGE).every((byte) => byte === 0)).toBe(true);
  });

  it('does not speak for pages between the stack frame and what lies far from it', () => {
    // `str x1, [sp, #-16]!; cbz x1, 1f; mov x9, sp; str x1, [x9, #16384]; cbz x1, 1f; str x1, [x9, #8192]; 1: brk #0`
    const words = [0xf81f_0fe1, 0xb400_00a1, 0x9100_03e9, 0xf920_0121, 0xb400_0041, 0xf910_0121, 0xd420_0000];
    const { reason, pc, box } = run(words, [read | write, read, read, read, read | write], (each) => {
      each.view.setBigUint64(cpuState.sp, BigInt(DATA_AT + 0x110), true);
    });
    expect({ reason, pc }).toEqual({ reason: exitReasons.fault, pc: CODE_AT + 20 });
    expect(box.guest(DATA_AT + PAGE, 3 * PAGE).every((byte) => byte === 0)).toBe(true);
  });
});
