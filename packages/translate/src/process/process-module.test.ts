import {
  cpuState,
  engineCells,
  exitReasons,
  pagePermissions,
  processFunctions,
  SYSCALL_LEAVE,
} from '@boxer/abi';
import { BareProcess, type BareProcessOptions } from '../testing/bare-process.ts';
import { MAIN_INSTRUCTIONS_LIMIT } from '../interpreter/layout.ts';
import { buildProcessModule, generateProcessModule } from './process-module.ts';

const { read, write, execute } = pagePermissions;

/** Encodings as GNU as gives them. */
const a64 = {
  'ldr x1, [x0]': 0xf9400001,
  'str x1, [x0]': 0xf9000001,
  'ldrb w1, [x0]': 0x39400001,
  'ldp x1, x2, [x0]': 0xa9400801,
  'str q0, [x0]': 0x3d800000,
  'add x1, x1, #1': 0x91000421,
  'subs x2, x2, #1': 0xf1000442,
  'b.ne .-8': 0x54ffffc1,
  'b.ne .-4': 0x54ffffe1,
  'b.ne .+8': 0x54000041,
  'b .': 0x14000000,
  'b .+4096': 0x14000400,
  'svc #0': 0xd4000001,
  'brk #7': 0xd42000e0,
  yield: 0xd503203f,
  'br x0': 0xd61f0000,
  'blr x30': 0xd63f03c0,
  nop: 0xd503201f,
  'ic ivau, x0': 0xd50b7520,
  'dc zva, x0': 0xd50b7420,
  'udf #0': 0,
  'mrs x1, cntvct_el0': 0xd53be041,
  'mov x1, #5': 0xd28000a1,
  'mov x1, #6': 0xd28000c1,
} as const;

type Assembly = keyof typeof a64;

const CODE = 0x20_0000;
const DATA = 0x30_0000;

let processModule: WebAssembly.Module;
/** No test here needs what the support module computes. */
let supportModule: WebAssembly.Module;

beforeAll(async () => {
  processModule = await WebAssembly.compile(generateProcessModule({ registration: 'exports' }));
  supportModule = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
}, 120_000);

function start(code: readonly Assembly[], options: Partial<BareProcessOptions> = {}): BareProcess {
  const box = new BareProcess({ processModule, supportModule, guestBytes: 8 << 20, ...options });
  place(box, CODE, code);
  box.pc = BigInt(CODE);
  box.fuel = 1_000_000n;
  return box;
}

function place(box: BareProcess, address: number, code: readonly Assembly[]): void {
  const bytes = box.guest(address, 4 * code.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  code.forEach((text, i) => view.setUint32(4 * i, a64[text], true));
  box.permit(address, 4 * code.length, read | execute);
}

function fault(box: BareProcess) {
  return {
    address: Number(box.view.getBigUint64(engineCells.faultAddress, true)),
    access: box.view.getUint32(engineCells.faultAccess, true),
    pc: Number(box.pc),
  };
}

describe('the main function', () => {
  it('is small enough for V8 to optimise it well', () => {
    expect(buildProcessModule({ registration: 'exports' }).statistics.mainInstructions).toBeLessThan(
      MAIN_INSTRUCTIONS_LIMIT,
    );
  }, 120_000);
});

describe('memory accesses', () => {
  it('fault with the address and the access, before anything has changed, and go on when the page is there', () => {
    const box = start(['ldr x1, [x0]', 'str x1, [x0]', 'brk #7']);
    box.setX(0, BigInt(DATA));
    expect(box.run()).toBe(exitReasons.fault);
    expect(fault(box)).toEqual({ address: DATA, access: read, pc: CODE });
    box.guest(DATA, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
    box.permit(DATA, 1, read);
    expect(box.run()).toBe(exitReasons.fault);
    expect(fault(box)).toEqual({ address: DATA, access: write, pc: CODE + 4 });
    expect(box.x(1)).toBe(0x0807060504030201n);
    box.permit(DATA, 1, read | write);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(Number(box.pc)).toBe(CODE + 8);
    expect(box.view.getUint32(engineCells.word, true)).toBe(a64['brk #7']);
  });

  it('may be unaligned and cross pages; the second page faults with its own address', () => {
    const box = start(['ldr x1, [x0]', 'brk #7']);
    box.setX(0, BigInt(DATA + 4093));
    box.permit(DATA, 1, read);
    box.guest(DATA + 4093, 8).fill(0x11);
    expect(box.run()).toBe(exitReasons.fault);
    expect(fault(box)).toEqual({ address: DATA + 4096, access: read, pc: CODE });
    box.permit(DATA + 4096, 1, read);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(1)).toBe(0x1111111111111111n);
  });

  it('of pairs write neither register when the second element faults', () => {
    const box = start(['ldp x1, x2, [x0]', 'brk #7']);
    box.setX(0, BigInt(DATA + 4088));
    box.setX(1, 77n);
    box.permit(DATA, 1, read);
    expect(box.run()).toBe(exitReasons.fault);
    expect(fault(box).address).toBe(DATA + 4096);
    expect(box.x(1)).toBe(77n);
  });

  it.each([
    0n,
    0xff00_0000n,
    0xffff_ffffn,
    0x1_0000_0000n,
    0x7f_ffff_ffff_ffffn,
    (0xa5n << 56n) + 4096n,
    2n ** 64n - 8n,
  ])('fault at 0x%s, where nothing is mapped', (address) => {
    const box = start(['ldr x1, [x0]']);
    box.setX(0, address);
    expect(box.run()).toBe(exitReasons.fault);
    // Linux, untagged_addr: addresses of the kernel's half have no tag. qemu-aarch64 says the same.
    const untagged = address & BigInt.asUintN(64, BigInt.asIntN(56, address));
    expect(box.view.getBigUint64(engineCells.faultAddress, true)).toBe(untagged);
  });

  it('ignore the top byte of the address', () => {
    const box = start(['ldrb w1, [x0]', 'brk #7']);
    box.setX(0, (0xa5n << 56n) | BigInt(DATA));
    box.permit(DATA, 1, read);
    box.guest(DATA, 1)[0] = 9;
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(1)).toBe(9n);
  });

  it('of DC ZVA clear the 64-byte block', () => {
    const box = start(['dc zva, x0', 'brk #7']);
    box.setX(0, BigInt(DATA + 100));
    box.permit(DATA, 1, read | write);
    box.guest(DATA, 256).fill(1);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect([...box.guest(DATA, 256)].map((byte, i) => (byte === 0 ? i : -1)).filter((i) => i >= 0)).toEqual(
      Array.from({ length: 64 }, (_, i) => 64 + i),
    );
  });
});

describe('fuel', () => {
  it('counts every instruction and ends the slice at the first taken branch below zero', () => {
    const box = start(['add x1, x1, #1', 'subs x2, x2, #1', 'b.ne .-8', 'brk #7']);
    box.setX(2, 1_000_000n);
    box.fuel = 10n;
    expect(box.run()).toBe(exitReasons.fuel);
    // 4 rounds of 3: after 9 instructions one is left, after 12 two too many.
    expect(box.x(1)).toBe(4n);
    expect(box.fuel).toBe(-2n);
    expect(Number(box.pc)).toBe(CODE);
    box.fuel = 5_000_000n;
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(1)).toBe(1_000_000n);
    expect(box.fuel).toBe(5_000_000n - 3n * (1_000_000n - 4n));
  });

  it('is flushed before a system call and taken up again behind it', () => {
    const seen: bigint[] = [];
    const box = start(['nop', 'svc #0', 'nop', 'nop', 'svc #0', 'brk #7'], {
      syscall: (self) => {
        seen.push(self.fuel);
        return 0n;
      },
    });
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(seen).toEqual([999_998n, 999_995n]);
    expect(box.fuel).toBe(999_995n);
  });

  it('counts comparison and branch, executed as one, as two', () => {
    const box = start(['subs x2, x2, #1', 'b.ne .-4', 'brk #7']);
    box.setX(2, 1000n);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.fuel).toBe(1_000_000n - 2000n);
    expect(box.x(2)).toBe(0n);
  });

  it('ends a slice at a fused branch exactly', () => {
    const box = start(['subs x2, x2, #1', 'b.ne .-4', 'brk #7']);
    box.setX(2, 1000n);
    box.fuel = 5n;
    expect(box.run()).toBe(exitReasons.fuel);
    expect([box.fuel, box.x(2), Number(box.pc)]).toEqual([-1n, 997n, CODE]);
  });

  it('counts across pages', () => {
    const box = start([...Array.from({ length: 2047 }, () => 'nop' as const), 'brk #7']);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(Number(box.pc)).toBe(CODE + 4 * 2047);
    expect(box.fuel).toBe(1_000_000n - 2047n);
  });
});

describe('control', () => {
  it('passes system calls their arguments and leaves when the kernel says so', () => {
    const calls: unknown[] = [];
    const box = start(['svc #0', 'svc #0'], {
      syscall: (self, number, args) => {
        calls.push([number, ...args, Number(self.pc)]);
        return calls.length === 1 ? -38n : SYSCALL_LEAVE;
      },
    });
    for (let i = 0; i < 6; i++) box.setX(i, BigInt(100 + i));
    box.setX(8, 64n);
    expect(box.run()).toBe(exitReasons.leave);
    expect(calls).toEqual([
      [64, 100n, 101n, 102n, 103n, 104n, 105n, CODE + 4],
      [64, -38n, 101n, 102n, 103n, 104n, 105n, CODE + 8],
    ]);
    expect(box.x(0)).toBe(2n ** 64n - 38n);
    expect(Number(box.pc)).toBe(CODE + 8);
  });

  it('reads the target of BLR X30 before it writes X30', () => {
    const box = start(['blr x30', 'brk #7', 'brk #7']);
    box.setX(30, BigInt(CODE + 8));
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(Number(box.pc)).toBe(CODE + 8);
    expect(box.x(30)).toBe(BigInt(CODE + 4));
  });

  it.each([
    ['misaligned', BigInt(CODE + 2), 0],
    ['high', 0x1_0020_0000n, execute],
    ['tagged', (1n << 56n) | BigInt(CODE), execute],
  ])('faults at the target of a branch to a %s address', (_, target, access) => {
    const box = start(['nop', 'br x0']);
    box.setX(0, target);
    expect(box.run()).toBe(exitReasons.fault);
    expect(box.pc).toBe(target);
    expect(box.view.getBigUint64(engineCells.faultAddress, true)).toBe(target);
    expect(box.view.getUint32(engineCells.faultAccess, true)).toBe(access);
    expect(box.fuel).toBe(999_998n);
  });

  it('faults where a page may not be executed, on a jump and on running into it', () => {
    const box = start([...Array.from({ length: 1023 }, () => 'nop' as const), 'nop']);
    expect(box.run()).toBe(exitReasons.fault);
    expect(fault(box)).toEqual({ address: CODE + 4096, access: execute, pc: CODE + 4096 });
    place(box, CODE + 4096, ['brk #7']);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(Number(box.pc)).toBe(CODE + 4096);
  });

  it('leaves at unallocated words and at hints to yield', () => {
    const box = start(['yield', 'udf #0']);
    expect(box.run()).toBe(exitReasons.yield);
    expect(Number(box.pc)).toBe(CODE + 4);
    expect(box.run()).toBe(exitReasons.undefined);
    expect(Number(box.pc)).toBe(CODE + 4);
    expect(box.view.getUint32(engineCells.word, true)).toBe(0);
  });

  it('reads the clock from the kernel', () => {
    const box = start(['mrs x1, cntvct_el0', 'brk #7'], { counter: () => 123_456_789n });
    box.run();
    expect(box.x(1)).toBe(123_456_789n);
  });
});

describe('predecoded code', () => {
  it('is forgotten by IC IVAU, in its line only', () => {
    const box = start(['ic ivau, x0', 'mov x1, #5', 'brk #7']);
    box.setX(0, BigInt(CODE + 64));
    box.run();
    expect(box.x(1)).toBe(5n);
    place(box, CODE + 4, ['mov x1, #6']);
    box.pc = BigInt(CODE);
    box.run();
    expect(box.x(1)).toBe(5n);
    box.setX(0, BigInt(CODE + 60));
    box.pc = BigInt(CODE);
    box.run();
    expect(box.x(1)).toBe(6n);
  });

  it('of a fused pair is forgotten when the branch alone is', () => {
    const box = start([
      ...Array.from({ length: 15 }, () => 'nop' as const),
      'subs x2, x2, #1',
      'b.ne .+8',
      'brk #7',
      'brk #7',
    ]);
    box.setX(2, 5n);
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(Number(box.pc)).toBe(CODE + 4 * 18);
    place(box, CODE + 4 * 16, ['nop', 'brk #7']);
    place(box, CODE + 4 * 40, ['ic ivau, x0', 'brk #7']);
    // The line of the branch begins behind the comparison.
    box.setX(0, BigInt(CODE + 64));
    box.pc = BigInt(CODE + 4 * 40);
    expect(box.run()).toBe(exitReasons.breakpoint);
    box.pc = BigInt(CODE + 4 * 15);
    expect(box.run()).toBe(exitReasons.breakpoint);
    // The branch is a NOP now.
    expect(Number(box.pc)).toBe(CODE + 4 * 17);
  });

  it('is forgotten by invalidate', () => {
    const box = start(['mov x1, #5', 'brk #7']);
    box.run();
    place(box, CODE, ['mov x1, #6']);
    box.forgetCode(CODE, 4096);
    box.pc = BigInt(CODE);
    box.run();
    expect(box.x(1)).toBe(6n);
  });

  it('makes room for itself when the kernel gives no more memory', () => {
    let chunks = 0;
    const box = start(['b .+4096'], { refuseMemory: () => ++chunks > 1 });
    const pages = 200;
    for (let i = 0; i < pages; i++) place(box, CODE + 4096 * i, ['b .+4096']);
    place(box, CODE + 4096 * pages, ['brk #7']);
    for (const _ of [1, 2]) {
      box.pc = BigInt(CODE);
      expect(box.run()).toBe(exitReasons.breakpoint);
      expect(Number(box.pc)).toBe(CODE + 4096 * pages);
    }
    expect(box.fuel).toBe(1_000_000n - 2n * BigInt(pages));
    expect(chunks).toBeGreaterThan(2);
  });
});

describe('functions of a process', () => {
  it('read, write, fill, move and search memory', () => {
    const { exports } = start([]);
    const at = 0x90_0000;
    exports.store64(at, 0x1122334455667788n);
    exports.store32(at + 8, 0x99aabbcc | 0);
    exports.store8(at + 12, 0xdd);
    expect(exports.load64(at)).toBe(0x1122334455667788n);
    expect(exports.load32(at + 8)).toBe(0x99aabbcc | 0);
    expect(exports.load8(at + 12)).toBe(0xdd);
    expect(exports.findZero(at, 100)).toBe(13);
    expect(exports.findZero(at, 5)).toBe(5);
    exports.fill(at, 7, 1000);
    expect(exports.findZero(at, 4000)).toBe(1000);
    expect(exports.findZero(at, 40)).toBe(40);
    exports.move(at + 1000, at, 10);
    expect(exports.findZero(at, 4000)).toBe(1010);
  });

  it('check and set the permissions of pages', () => {
    const { exports } = start([]);
    exports.setPages(0x300, 5, read | write);
    exports.setPages(0x302, 1, read);
    expect(exports.checkPages(0x300, 5, read)).toBe(5);
    expect(exports.checkPages(0x300, 5, read | write)).toBe(2);
    expect(exports.checkPages(0x2ff, 5, read)).toBe(0);
    expect(exports.checkPages(0x304, 5, read)).toBe(1);
  });

  it('grow the memory and tell its size', () => {
    const { exports } = start([]);
    const size = Number(exports.size());
    expect(exports.grow(3)).toBe(size);
    expect(exports.size()).toBe(size + 3);
  });

  it('reset CPU state, permissions and code', () => {
    const box = start(['mov x1, #5', 'brk #7']);
    box.run();
    box.exports.reset();
    expect(box.x(1)).toBe(0n);
    expect(box.view.getBigUint64(cpuState.exclusiveAddress, true)).toBe(2n ** 64n - 1n);
    place(box, CODE, ['mov x1, #6', 'brk #7']);
    box.pc = BigInt(CODE);
    box.fuel = 100n;
    expect(box.run()).toBe(exitReasons.breakpoint);
    expect(box.x(1)).toBe(6n);
  });

  it('copy out in pieces of 64, 8 and 1 bytes', () => {
    const pushed: [string, number, number | bigint][] = [];
    const { exports } = start([], {
      pushes: {
        pushBytes8: (to, value) => pushed.push(['8', to, value]),
        pushByte: (to, value) => pushed.push(['1', to, value]),
      },
    });
    exports.store64(0x90_0000, 0x0807060504030201n);
    exports.store64(0x90_0008, 0x0a09n);
    exports.copyOut(0x90_0000, 500, 10);
    expect(pushed).toEqual([
      ['8', 500, 0x0807060504030201n],
      ['1', 508, 9],
      ['1', 509, 10],
    ]);
  });

  it('register themselves in the kernel’s table from the start function, when so generated', async () => {
    const module = await WebAssembly.compile(generateProcessModule({ registration: 'table' }));
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 64 });
    const stub = () => {
      throw new Error('not expected');
    };
    const kernel = new Proxy({ table, attach: () => 40 } as Record<string, unknown>, {
      get: (target, name) => target[String(name)] ?? stub,
    });
    const support = new Proxy({}, { get: () => stub });
    new WebAssembly.Instance(module, { kernel, support } as never);
    for (const { index } of Object.values(processFunctions))
      expect(table.get(40 + index)).toBeInstanceOf(Function);
    expect(table.get(40 + processFunctions.size.index)?.()).toBe(128);
  }, 120_000);
});
