import { engineCells, exitReasons, pagePermissions } from '@boxer/abi';
import { compileSupportModule } from '../build/compile-support.ts';
import { generateProcessModule } from '../process/process-module.ts';
import { BareProcess } from '../testing/bare-process.ts';

const { read, write, execute } = pagePermissions;
const CODE = 0x20_0000;
const DATA = 0x30_0000;

let modules: { processModule: WebAssembly.Module; supportModule: WebAssembly.Module };
beforeAll(async () => {
  modules = {
    processModule: await WebAssembly.compile(generateProcessModule({ registration: 'exports' })),
    supportModule: await WebAssembly.compile(await compileSupportModule()),
  };
}, 120_000);

/** A process with these words at an address, and a page of data. */
function start(at: number, words: readonly number[]): BareProcess {
  const box = new BareProcess({ ...modules, guestBytes: 8 << 20, syscall: () => -38n });
  const bytes = box.guest(at, 4 * words.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
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
    const brk = box.guest(CODE + 4096, 4);
    new DataView(brk.buffer, brk.byteOffset, 4).setUint32(0, 0xd4200000, true);
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
