import { instructions } from '@boxer/a64';
import { cpuState, engineCells, exitReasons, pagePermissions } from '@boxer/abi';
import { BareProcess } from '../testing/bare-process.ts';
import { type EngineModules, makeEngineModules } from '../testing/engine-modules.ts';
import { installCode, readerOf } from '../testing/install-code.ts';
import { translateModule } from '../translator/translate-module.ts';

const { read, write, execute } = pagePermissions;
const CODE = 0x20_0000;
const DATA = 0x30_0000;

let modules: EngineModules;
beforeAll(async () => {
  modules = await makeEngineModules();
}, 120_000);

/** A process with these words at an address, and a page of data. */
function start(at: number, words: readonly number[]): BareProcess {
  const box = new BareProcess({ ...modules, guestBytes: 8 << 20, syscall: () => -38n });
  box.writeWords(at, words);
  box.permit(CODE, 8192, read | execute);
  box.permit(DATA, 4096, read | write);
  box.pc = BigInt(at);
  box.fuel = 1000n;
  return box;
}

// What random programs have found. Oracle: qemu-aarch64-static, and Linux where it says so.
describe('the interpreter', () => {
  it('clears the exclusive monitor at a system call: Linux returns from it with ERET', () => {
    // ldaxp x6, x11, [x1]; movz x8, #0x6041; svc #0; stxp w21, x0, x13, [x1]; brk #0
    const box = start(CODE, [0xc87fac26, 0xd28c0828, 0xd4000001, 0xc8353420, 0xd4200000]);
    box.setX(1, BigInt(DATA));
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(21)).toBe(1n);
  });

  it('ignores tags of the address that the exclusive monitor watches', () => {
    // ldaxp w13, w17, [x14]; stxp w15, w11, w1, [x21]; brk #0
    const box = start(CODE, [0x886cc5cd, 0x882f06ab, 0xd4200000]);
    box.setX(14, BigInt(DATA));
    box.setX(21, (0xb6n << 56n) | BigInt(DATA));
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(15)).toBe(0n);
  });

  // Linux arch/arm64/mm/fault.c, do_mem_abort: only the untagged address is told.
  it('reports a misaligned address without its tag', () => {
    // ldaddalh w30, w11, [x3]
    const box = start(CODE, [0x78fe006b]);
    box.setX(3, (0x55n << 56n) | BigInt(DATA + 1));
    expect(box.run()).toBe(exitReasons.fault);
    expect(box.view.getUint32(engineCells.faultAccess, true)).toBe(0);
    expect(box.view.getBigUint64(engineCells.faultAddress, true)).toBe(BigInt(DATA + 1));
  });

  // Or slices would end elsewhere when records have been forgotten. Oracle: the second run, with records.
  it('ends a slice at a branch to a page where nothing has been executed yet', () => {
    // blr x0
    const box = start(CODE, [0xd63f0000]);
    box.writeWords(CODE + 4096, [0xd4200000]);
    box.setX(0, BigInt(CODE + 4096));
    for (let round = 0; round < 2; round++) {
      box.pc = BigInt(CODE);
      box.fuel = 0n;
      expect(box.run()).toBe(exitReasons.fuel);
      expect(Number(box.pc)).toBe(CODE + 4096);
      expect(box.fuel).toBe(-1n);
    }
  });
});

describe('translated code', () => {
  // Each iteration compares two zeros when `hi` holds, else sets NZCV to 2: 2, 6, 2.
  it('leaves a comparison that depends on flags before it writes any', () => {
    // movz x22, #3; fccmp d19, d27, #2, hi; sub x22, x22, #1; cbnz x22, .-8; brk #0
    const box = start(CODE, [0xd2800076, 0x1e7b8662, 0xd10006d6, 0xb5ffffd6, 0xd4200000]);
    installCode(box, translateModule(readerOf(box), [{ entry: CODE + 4 }]));
    box.view.setUint32(cpuState.fpcr, 0xc0_0000, true);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.flags).toBe(2);
  });
});

describe('the translator', () => {
  // cmp w3, #3; b.hi 9f; a jump through a table of bytes to one of four instructions: 2 - 3 is negative, NZCV is 8.
  it('takes jumps with flags in their operands to places that are entries, too', () => {
    const jump = [0x71000c7f, 0x54000148, 0x100000b4, 0x38634a87, 0x1000009c, 0x8b278b85, 0xd61f00a0];
    const table = [0x03020100];
    const cases = [0xd503201f, 0xd503201f, 0xd503201f, 0xd4200000];
    const box = start(CODE, [...jump, ...table, ...cases]);
    const entry = CODE + 4 * (jump.length + table.length + 1);
    installCode(box, translateModule(readerOf(box), [{ entry: CODE, entries: [entry] }]));
    box.setX(3, 2n);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.flags).toBe(8);
  });

  // The same jump; the first of its places begins a loop with a call, and nothing but the way to the jump writes x9.
  it('keeps what was written before a jump when the interpreter enters a loop that the jump leads to', () => {
    // movz x9, #1
    const before = [0xd2800029];
    const jump = [0x71000c7f, 0x54000148, 0x100000b4, 0x38634a87, 0x1000009c, 0x8b278b85, 0xd61f00a0];
    const table = [0x03030300];
    // bl f; sub x22, x22, #1; cbnz x22, .-8; brk #0; f: add x1, x1, #3; ret
    const cases = [0x94000004, 0xd10006d6, 0xb5ffffd6, 0xd4200000, 0x91000c21, 0xd65f03c0];
    const box = start(CODE, [...before, ...jump, ...table, ...cases]);
    const entry = CODE + 4 * (before.length + jump.length + table.length);
    installCode(box, translateModule(readerOf(box), [{ entry: CODE, entries: [entry] }]));
    box.pc = BigInt(entry);
    box.setX(1, 0n);
    box.setX(9, 77n);
    box.setX(22, 4n);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect([box.x(1), box.x(9), box.x(22)]).toEqual([12n, 77n, 0n]);
  });
});

// Oracle: Linux Documentation/arch/arm64/cpu-feature-registers.rst. qemu 7.2 knows only some of these registers.
describe('identification registers that name absent features', () => {
  const rows = instructions.filter(({ name }) => /^MRS (id_isar|id_mmfr|id_pfr|id_dfr|mvfr|s3_0)/.test(name));

  it('are all of AArch32, and reserved ones', () => expect(rows.length).toBeGreaterThan(12));

  it.each(rows.map(({ name, pattern }) => [name, pattern.value | 3] as const))('%s reads zero', (_, word) => {
    const words = [word, 0xd4200000];
    const [plain, translated] = [start(CODE, words), start(CODE, words)];
    installCode(translated, translateModule(readerOf(translated), [{ entry: CODE }]));
    for (const box of [plain, translated]) {
      box.setX(3, 99n);
      expect(box.run()).toBe(exitReasons.breakpoint);
      expect(box.x(3)).toBe(0n);
    }
  });
});
