import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An instruction word and the state it runs on; it may use the registers 0 to 3. */
export interface Before {
  readonly word: number;
  readonly fpcr?: number;
  readonly fpsr?: number;
  /** 16 bytes that X3 shall point to; X3 reads as 0 afterwards. */
  readonly memory?: bigint | undefined;
  /** N, Z, C, V as bits 3 to 0. */
  readonly nzcv?: number;
  readonly x?: readonly bigint[];
  readonly v?: readonly bigint[];
}

export interface After {
  readonly memory: bigint;
  readonly fpsr: number;
  readonly nzcv: number;
  readonly x: readonly bigint[];
  readonly v: readonly bigint[];
}

const RECORD_SIZE = 128;
const USES_MEMORY = 0x4000_0000;
const MEMORY_AT = 16;
const X_AT = 32;
const V_AT = 64;
const source = join(dirname(fileURLToPath(import.meta.url)), 'execute-words.c');

/** Of this checkout alone: what lies here is executed. */
const kept = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

let program: string | undefined;

/** The program that executes words; kept, since every test file needs it. */
function compiled(): string {
  if (program) return program;
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  mkdirSync(kept, { recursive: true });
  const output = join(kept, `execute-words-${hash}`);
  if (!existsSync(output)) {
    const partial = `${output}.${process.pid}`;
    const { status, stderr } = spawnSync('aarch64-linux-gnu-gcc', ['-O1', '-static', '-o', partial, source]);
    if (status !== 0) throw new Error(`Cannot compile ${source}: ${stderr.toString()}`);
    renameSync(partial, output);
  }
  program = output;
  return output;
}

/** What qemu-aarch64 (-cpu max) makes of each word. */
export function executeWords(all: readonly Before[]): After[] {
  const input = Buffer.alloc(RECORD_SIZE * all.length);
  all.forEach(({ word, fpcr = 0, fpsr = 0, nzcv = 0, memory, x = [], v = [] }, i) => {
    const at = i * RECORD_SIZE;
    input.writeUInt32LE(word >>> 0, at);
    input.writeUInt32LE(fpcr >>> 0, at + 4);
    input.writeUInt32LE(memory === undefined ? fpsr : fpsr | USES_MEMORY, at + 8);
    input.writeUInt32LE((nzcv << 28) >>> 0, at + 12);
    input.writeBigUInt64LE(BigInt.asUintN(64, memory ?? 0n), at + MEMORY_AT);
    input.writeBigUInt64LE(BigInt.asUintN(64, (memory ?? 0n) >> 64n), at + MEMORY_AT + 8);
    x.forEach((value, k) => input.writeBigUInt64LE(BigInt.asUintN(64, value), at + X_AT + 8 * k));
    v.forEach((value, k) => {
      input.writeBigUInt64LE(BigInt.asUintN(64, value), at + V_AT + 16 * k);
      input.writeBigUInt64LE(BigInt.asUintN(64, value >> 64n), at + V_AT + 16 * k + 8);
    });
  });
  const { status, signal, stdout } = spawnSync('qemu-aarch64-static', ['-cpu', 'max', compiled()], {
    input,
    maxBuffer: 2 ** 30,
  });
  if (status !== 0 || stdout.length !== input.length) {
    throw new Error(`Cannot execute words under qemu: status ${status}, signal ${signal}`);
  }
  const u64 = (at: number) => stdout.readBigUInt64LE(at);
  return all.map((_, i) => {
    const at = i * RECORD_SIZE;
    const registers = [0, 1, 2, 3];
    return {
      fpsr: stdout.readUInt32LE(at + 8),
      memory: u64(at + MEMORY_AT) | (u64(at + MEMORY_AT + 8) << 64n),
      nzcv: stdout.readUInt32LE(at + 12) >>> 28,
      x: registers.map((k) => u64(at + X_AT + 8 * k)),
      v: registers.map((k) => u64(at + V_AT + 16 * k) | (u64(at + V_AT + 16 * k + 8) << 64n)),
    };
  });
}
