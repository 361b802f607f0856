import { BareProcess } from './bare-process.ts';
import type { EngineModules } from './engine-modules.ts';
import { loadElf } from './elf.ts';

const READ_WRITE = 3;
const PAGE = 4096n;
const HEAP_AT = 0x0200_0000;
const MAPPINGS_AT = 0x0400_0000;
const STACK_TOP = 0x07f0_0000;
const STACK_BYTES = 0x10_0000;
const GUEST_BYTES = 0x0800_0000;
const LEAVE = -(2n ** 63n);
const ENOENT = -2n;
const ENOTTY = -25n;
const ENOSYS = -38n;

/** Keys of the auxiliary vector. @source Linux include/uapi/linux/auxvec.h */
const aux = {
  phdr: 3n,
  phent: 4n,
  phnum: 5n,
  pagesz: 6n,
  entry: 9n,
  hwcap: 16n,
  secure: 23n,
  random: 25n,
} as const;
/** FP and Advanced SIMD. */
const HWCAP = 3n;

export interface ProgramResult {
  readonly output: string;
  readonly exitCode: number;
}

/** The few system calls of a static glibc program that computes and prints. */
class ProgramKernel {
  output = '';
  exitCode: number | undefined;
  #heapEnd = BigInt(HEAP_AT);
  #nextMapping = MAPPINGS_AT;

  answer(process: BareProcess, number: number, [a = 0n, b = 0n, c = 0n]: readonly bigint[]): bigint {
    switch (number) {
      case 64: // write
        this.output += Buffer.from(process.guest(Number(b), Number(c))).toString('latin1');
        return c;
      case 94: // exit_group
        this.exitCode = Number(a);
        return LEAVE;
      case 214:
        return this.#brk(process, a);
      case 222: // mmap
        return this.#map(process, Number(b));
      case 80: // fstat
        process.guest(Number(b), 128).fill(0);
        return 0n;
      case 79: // newfstatat
        process.guest(Number(c), 128).fill(0);
        return 0n;
      case 78: // readlinkat
        return ENOENT;
      case 29: // ioctl
        return ENOTTY;
      case 96: // set_tid_address
        return 1n;
      case 278: // getrandom
        return b;
      case 99: // set_robust_list
      case 134: // rt_sigaction
      case 135: // rt_sigprocmask
      case 215: // munmap
      case 226: // mprotect
      case 261: // prlimit64
        return 0n;
      default:
        return ENOSYS;
    }
  }

  #brk(process: BareProcess, wanted: bigint): bigint {
    if (wanted <= this.#heapEnd) return this.#heapEnd;
    process.permit(Number(this.#heapEnd), Number(wanted - this.#heapEnd), READ_WRITE);
    this.#heapEnd = ((wanted + PAGE - 1n) / PAGE) * PAGE;
    return wanted;
  }

  #map(process: BareProcess, bytes: number): bigint {
    const at = this.#nextMapping;
    this.#nextMapping += Math.ceil(bytes / 65536) * 65536;
    process.permit(at, bytes, READ_WRITE);
    return BigInt(at);
  }
}

/** Address of the program headers in memory: in the segment that begins with the file. */
function programHeaders(elf: DataView): { address: bigint; count: number } {
  const at = Number(elf.getBigUint64(32, true));
  const count = elf.getUint16(56, true);
  for (let i = 0; i < count; i++) {
    const header = at + 56 * i;
    const first = elf.getUint32(header, true) === 1 && elf.getBigUint64(header + 8, true) === 0n;
    if (first) return { address: elf.getBigUint64(header + 16, true) + BigInt(at), count };
  }
  return { address: 0n, count };
}

/** The initial stack: argument count and vector, environment, auxiliary vector. @returns the stack pointer */
function buildStack(process: BareProcess, elf: Uint8Array, entry: bigint): bigint {
  process.permit(STACK_TOP - STACK_BYTES, STACK_BYTES, READ_WRITE);
  const nameAt = STACK_TOP - 0x200;
  process.guest(nameAt, 8).set(Buffer.from('program\0'));
  const headers = programHeaders(new DataView(elf.buffer, elf.byteOffset));
  const pairs = [
    [aux.phdr, headers.address],
    [aux.phent, 56n],
    [aux.phnum, BigInt(headers.count)],
    [aux.pagesz, PAGE],
    [aux.entry, entry],
    [aux.hwcap, HWCAP],
    [aux.secure, 0n],
    [aux.random, BigInt(STACK_TOP - 0x100)],
    [0n, 0n],
  ];
  const words = [1n, BigInt(nameAt), 0n, 0n, ...pairs.flat()];
  const stack = STACK_TOP - 0x1000;
  const bytes = process.guest(stack, 8 * words.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  words.forEach((word, i) => view.setBigUint64(8 * i, word, true));
  return BigInt(stack);
}

/**
 * Runs a static executable to its end, without the kernel.
 *
 * @throws Error when it ends otherwise than by exit_group
 */
export function runStaticProgram(modules: EngineModules, elf: Uint8Array): ProgramResult {
  const kernel = new ProgramKernel();
  const process = new BareProcess({
    ...modules,
    guestBytes: GUEST_BYTES,
    syscall: (caller, number, args) => kernel.answer(caller, number, args),
  });
  const entry = loadElf(process, elf);
  process.setX(31, buildStack(process, elf, entry));
  process.pc = entry;
  let reason = 0;
  while (reason === 0) {
    process.fuel = 10_000_000n;
    reason = process.run();
  }
  if (kernel.exitCode === undefined) {
    throw new Error(`The program left for reason ${reason} at 0x${process.pc.toString(16)}`);
  }
  return { output: kernel.output, exitCode: kernel.exitCode };
}
