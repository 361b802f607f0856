import type { FunctionAssembler, Local } from '@boxer/wasm';

/** AArch64 Linux ignores the top byte of data addresses (TBI) of programs: those whose bit 55 is clear. */
const TAG_BITS = 8n;

/**
 * Pushes an address without its tag. Those of the kernel's half have none, and are told of as they are.
 *
 * @source Linux, arch/arm64/include/asm/uaccess.h and memory.h, untagged_addr
 */
export function pushUntagged(f: FunctionAssembler, address: Local): void {
  f.get(address).get(address).i64(TAG_BITS).op('i64.shl').i64(TAG_BITS).op('i64.shr_s').op('i64.and');
}
