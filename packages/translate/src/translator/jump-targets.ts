import { decode, type FieldValues } from '@boxer/a64';
import type { CodeReader } from './code-reader.ts';
import type { GuestInstruction } from './decode-instruction.ts';
import { addressOf } from './translation-builder.ts';

/** Entries that a table may have. */
const MAXIMUM_ENTRIES = 1024;
/** Instructions before a jump in which the range of its index is tested. */
const COMPARE_WINDOW = 24;

/** An address that an instruction computes from constants alone (ADR, ADRP + ADD), in a register. */
interface Constant {
  readonly pc: number;
  readonly address: number;
}

type Constants = ReadonlyMap<number, readonly Constant[]>;

function constantAddresses(instructions: readonly GuestInstruction[]): Constants {
  const known = new Map<number, number>();
  const constants = new Map<number, Constant[]>();
  for (const { pc, builder, writes, name, word } of instructions) {
    if (writes.general === 0) continue;
    let value: number | undefined;
    const write = builder.body.find((statement) => statement.type === 'writeX');
    if (write?.type === 'writeX') value = addressOf(write.value, pc, word);
    if (value === undefined && name === 'ADD/SUB (immediate)' && ((word >>> 29) & 7) === 4) {
      const base = known.get((word >>> 5) & 31);
      const unit = (word >>> 22) & 1 ? 4096 : 1;
      if (base !== undefined) value = base + unit * ((word >>> 10) & 0xfff);
    }
    for (const register of writes.generals) known.delete(register);
    if (value === undefined || value < 0 || value >= 2 ** 32) continue;
    const destination = word & 31;
    known.set(destination, value);
    const ofRegister = constants.get(destination);
    if (ofRegister) ofRegister.push({ pc, address: value });
    else constants.set(destination, [{ pc, address: value }]);
  }
  return constants;
}

/** A table of targets: `base + entry * scale`, or absolute addresses without a base. */
interface Table {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly scale: number;
  readonly base: number;
  readonly count: number;
}

/** What computes a register: the last instruction before that writes it. */
interface Definition {
  readonly at: number;
  readonly name: string;
  readonly fields: FieldValues;
}

/** Looks for the tables of jumps in instructions that lie one behind the other. */
class TableFinder {
  readonly #constants: Constants;

  constructor(readonly instructions: readonly GuestInstruction[]) {
    this.#constants = constantAddresses(instructions);
  }

  /** Addresses of tables of absolute addresses, perhaps: all that is computed. */
  get addresses(): number[] {
    return [...this.#constants.values()].flat().map(({ address }) => address);
  }

  #definition(register: number, before: number): Definition | undefined {
    for (let at = before - 1; at >= 0; at--) {
      const instruction = this.instructions[at];
      if (!instruction || ((instruction.writes.general >>> register) & 1) === 0) continue;
      const decoded = decode(instruction.word);
      return decoded && { at, name: decoded.instruction.name, fields: decoded.fields };
    }
    return undefined;
  }

  /** What a register may hold: the constant computed last, or any when it was computed elsewhere. */
  #values(register: number, before: number): number[] {
    const constants = this.#constants.get(register) ?? [];
    const pc = this.instructions[before]?.pc ?? 0;
    const last = constants.findLast((each) => each.pc < pc);
    return last ? [last.address] : constants.map(({ address }) => address);
  }

  #count(before: number): number {
    for (let at = before - 1; at >= Math.max(0, before - COMPARE_WINDOW); at--) {
      const { name = '', word = 0 } = this.instructions[at] ?? {};
      const isCompare = name === 'ADD/SUB (immediate)' && ((word >>> 29) & 3) === 3;
      if (isCompare) return ((word >>> 10) & 0xfff) + 1;
    }
    return MAXIMUM_ENTRIES;
  }

  tables(jump: number): Table[] {
    const target = this.#definition(((this.instructions[jump]?.word ?? 0) >>> 5) & 31, jump);
    if (!target) return [];
    const count = this.#count(jump);
    const { fields, at, name } = target;
    const { Rn = 0, Rm = 0, option = 0, imm3 = 0, imm6 = 0, shift = 0 } = fields;
    if (name === 'LDR/STR (register offset)' && fields['size'] === 3)
      return this.#values(Rn, at).map((table) => {
        // Computed goto tests no range: a comparison before it would be another one.
        return { at: table, bytes: 8, signed: false, scale: 1, base: 0, count: MAXIMUM_ENTRIES };
      });
    const isExtended = name === 'ADD/SUB (extended register)';
    if (!isExtended && (name !== 'ADD/SUB (shifted register)' || shift !== 0)) return [];
    const scale = 2 ** (isExtended ? imm3 : imm6);
    return [
      [Rn, Rm] as const,
      // Sums of whole registers have no order.
      ...(isExtended ? [] : [[Rm, Rn] as const]),
    ].flatMap(([base, index]) =>
      this.#relative({ base, index, at, scale, option: isExtended ? option : undefined, count }),
    );
  }

  /** Tables of distances that are loaded into `index` and added to `base`. */
  #relative(parts: {
    readonly base: number;
    readonly index: number;
    readonly at: number;
    readonly scale: number;
    /** How ADD extends the index, when it does. */
    readonly option: number | undefined;
    readonly count: number;
  }): Table[] {
    const load = this.#definition(parts.index, parts.at);
    if (load?.name !== 'LDR/STR (register offset)') return [];
    const { size = 0, opc = 0, Rn = 0 } = load.fields;
    const bytes = ([1, 2, 4] as const)[size];
    if (bytes === undefined) return [];
    // UXTX and SXTX leave the sign to the load; a word that is loaded as such is signed.
    const extends_ = parts.option !== undefined && (parts.option & 3) !== 3;
    const signed = extends_ ? parts.option >= 4 : opc >= 2;
    const { scale, count } = parts;
    return this.#values(parts.base, parts.at).flatMap((base) =>
      this.#values(Rn, load.at).map((at): Table => ({ at, bytes, signed, scale, base, count })),
    );
  }
}

function entryOf(
  reader: CodeReader,
  { at, bytes, signed, scale, base }: Table,
  i: number,
): number | undefined {
  const entry = reader.data(at + bytes * i, bytes);
  if (entry === undefined || bytes === 8) return entry;
  const unused = 32 - 8 * bytes;
  return base + scale * (signed ? (entry << unused) >> unused : entry);
}

const FUNCTION_STARTS = new Set([0xd503_233f, 0xd503_237f, 0xd503_245f]);

/** Whether a word is PACIASP, PACIBSP, BTI C or `stp x29, x30, [sp, #-n]!`: no label inside of a function begins so. */
function beginsFunction(word: number): boolean {
  return FUNCTION_STARTS.has(word) || (word & 0xffc0_7fff) >>> 0 === 0xa980_7bfd;
}

/**
 * Addresses of code in a table of absolute addresses, some of them elsewhere perhaps: compilers move what is rarely
 * executed. The table ends where functions are named: another one begins.
 */
function labelsIn(reader: CodeReader, table: Table): number[] {
  const labels: number[] = [];
  for (let i = 0; i < Math.min(table.count, MAXIMUM_ENTRIES); i++) {
    const target = entryOf(reader, table, i);
    const word = target !== undefined && target % 4 === 0 ? reader.word(target) : undefined;
    if (target === undefined || word === undefined || beginsFunction(word)) break;
    labels.push(target);
  }
  return labels;
}

/**
 * Where the indirect jumps of a function may go: entries of tables whose address the function computes. Compilers make
 * tables of absolute addresses (computed goto), and of distances from a label or from the table, of 1, 2 or 4 bytes each
 * (switch). A wrong guess costs a block that nobody enters; a missing one leaves to the interpreter.
 *
 * @param isWanted - which of the jumps
 */
export function jumpTargets(
  reader: CodeReader,
  found: Iterable<GuestInstruction>,
  inside: (pc: number) => boolean,
  isWanted: (jump: number) => boolean = () => true,
): number[] {
  const instructions = [...found].sort((a, b) => a.pc - b.pc);
  const finder = new TableFinder(instructions);
  const isTarget = (pc: number) => pc % 4 === 0 && inside(pc) && reader.word(pc) !== undefined;
  const targets = new Set<number>();
  const take = (table: Table) => {
    if (table.bytes === 8) {
      for (const label of labelsIn(reader, table)) if (isTarget(label)) targets.add(label);
      return;
    }
    for (let i = 0; i < Math.min(table.count, MAXIMUM_ENTRIES); i++) {
      const target = entryOf(reader, table, i);
      if (target === undefined || !isTarget(target)) return;
      targets.add(target);
    }
  };
  let isUnknown = false;
  instructions.forEach(({ control, pc }, at) => {
    if (control.type !== 'jump' || !isWanted(pc)) return;
    const tables = finder.tables(at);
    isUnknown ||= tables.length === 0;
    tables.forEach(take);
  });
  if (isUnknown)
    for (const at of finder.addresses)
      take({ at, bytes: 8, signed: false, scale: 1, base: 0, count: MAXIMUM_ENTRIES });
  return [...targets].sort((a, b) => a - b);
}
