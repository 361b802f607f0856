import type { CodeReader } from './code-reader.ts';
import type { GuestInstruction } from './decode-instruction.ts';
import { addressOf } from './translation-builder.ts';

/** Entries that a table may have. */
const MAXIMUM_ENTRIES = 1024;

/** Addresses that instructions compute from constants alone (ADR, ADRP + ADD), by the register that gets them. */
function constantAddresses(instructions: readonly GuestInstruction[]): Map<number, Set<number>> {
  const known = new Map<number, bigint>();
  const addresses = new Map<number, Set<number>>();
  for (const { pc, builder, writes, name, word } of instructions) {
    const destination = word & 31;
    let value: bigint | undefined;
    const write = builder.body.find((statement) => statement.type === 'writeX');
    const address = write?.type === 'writeX' ? addressOf(write.value, pc, word) : undefined;
    if (address !== undefined) value = BigInt.asUintN(64, BigInt(address));
    else if (write?.type === 'writeX' && write.value.isConstant) value = write.value.value;
    else if (name === 'ADD/SUB (immediate)' && ((word >>> 29) & 7) === 4) {
      const base = known.get((word >>> 5) & 31);
      const shift = (word >>> 22) & 1 ? 12n : 0n;
      if (base !== undefined) value = base + (BigInt((word >>> 10) & 0xfff) << shift);
    }
    for (const register of writes.generals) known.delete(register);
    if (value === undefined || value >= 1n << 32n) continue;
    known.set(destination, value);
    addresses.set(destination, (addresses.get(destination) ?? new Set()).add(Number(value)));
  }
  return addresses;
}

/**
 * Where the indirect jumps of a function may go: entries of tables whose address the function computes. Compilers make
 * tables of absolute addresses (computed goto), and of distances from a label, in units of 4 bytes, of 1, 2 or 4 bytes
 * each (switch). A wrong guess costs a block that nobody enters; a missing one leaves to the interpreter.
 */
export function jumpTargets(
  reader: CodeReader,
  found: ReadonlyMap<number, GuestInstruction>,
  inside: (pc: number) => boolean,
): number[] {
  const instructions = [...found.values()].sort((a, b) => a.pc - b.pc);
  const addresses = constantAddresses(instructions);
  const last = (instructions.at(-1)?.pc ?? 0) + 0x4000;
  const isTarget = (pc: number) => pc % 4 === 0 && inside(pc) && pc < last && reader.word(pc) !== undefined;
  const targets = new Set<number>();
  for (const table of [...addresses.values()].flatMap((tables) => [...tables])) {
    for (let i = 0; i < MAXIMUM_ENTRIES; i++) {
      const target = reader.data(table + 8 * i, 8);
      if (target === undefined || !isTarget(target)) break;
      targets.add(target);
    }
  }
  for (const { base, table, bytes, count } of switches(instructions, addresses)) {
    for (let i = 0; i < count; i++) {
      const entry = reader.data(table + bytes * i, bytes);
      if (entry === undefined) break;
      const distance = (entry << (32 - 8 * bytes)) >> (32 - 8 * bytes);
      const target = base + 4 * distance;
      if (!isTarget(target)) break;
      targets.add(target);
    }
  }
  return [...targets].sort((a, b) => a - b);
}

interface Switch {
  readonly base: number;
  readonly table: number;
  readonly bytes: 1 | 2 | 4;
  readonly count: number;
}

/** `ldr{b,h,} w, [table, index]; adr base; add target, base, w, sxt #2; br target`, in any order. */
function switches(
  instructions: readonly GuestInstruction[],
  addresses: ReadonlyMap<number, ReadonlySet<number>>,
): Switch[] {
  const result: Switch[] = [];
  instructions.forEach(({ control }, at) => {
    if (control.type !== 'jump') return;
    const before = instructions.slice(Math.max(0, at - 16), at);
    const bases = before.flatMap(({ pc, builder, word }) => {
      const write = builder.body.find((statement) => statement.type === 'writeX');
      const isAdr = (word & 0x9f00_0000) >>> 0 === 0x1000_0000;
      const address = isAdr && write?.type === 'writeX' ? addressOf(write.value, pc, word) : undefined;
      return address === undefined ? [] : [address >>> 0];
    });
    const load = before.findLast(({ name }) => name === 'LDR/STR (register offset)');
    if (!load || bases.length === 0) return;
    const bytes = ([1, 2, 4] as const)[load.word >>> 30];
    const compare = before.findLast(
      ({ name, word }) => name === 'ADD/SUB (immediate)' && ((word >>> 29) & 3) === 3,
    );
    const count = compare ? ((compare.word >>> 10) & 0xfff) + 1 : 256;
    if (bytes === undefined) return;
    const tables = addresses.get((load.word >>> 5) & 31) ?? [];
    for (const base of bases) for (const table of tables) result.push({ base, table, bytes, count });
  });
  return result;
}
