import { RandomSource } from '../testing/random-source.ts';
import { repairOf } from './float-templates.ts';
import { encode } from './encode.ts';
import { AHP, DN, FZ, FZ16, INEXACT, RMODE } from './float-control.ts';
import { crossEdges, integerEdges, singleEdges } from './float-edges.ts';
import { mix, rowOf } from './generator.ts';
import { slotAddress, STATE_BYTES, stateOffsets } from './layout.ts';
import type { Program } from './program.ts';
import { fieldIn, type FuzzRow, type RowVariant } from './rows.ts';
import { withField } from '../testing/instruction-fields.ts';
import { isUnallocated } from './access-probe.ts';

const FLOAT_ROWS = /^(F(?!MOV \(general)|SCVTF|UCVTF|URECPE)/;
const ACCUMULATES = /^F(MLA|MLS)/;
const COMPARES = /^FC?CMP\//;
const TAKES_INTEGERS = /^([SU]CVTF|URECPE)/;
/** The rounding mode does not matter. */
const NEVER_ROUNDS = /^F(C?CMP|CSEL|CM[EGL]|ACG|MAX|MIN|ABS|NEG|MOV)/;
const HALF_CONVERSIONS = /^FCVT(L|N)?$/;

/** Registers of a table program: V0… and X21… are sources, V12…, or X0…, results. */
const FIRST_RESULT = 12;
const FIRST_SOURCE_X = 21;
const MOST_SOURCES_X = 8;
/** Holds what FPSR is set back to. */
const FPSR_BASE = 20;
const FPSR_RESULTS = 10;

const readFpsr = (t: number) => (0xd53b_4420 | t) >>> 0;
const writeFpsr = (t: number) => (0xd51b_4420 | t) >>> 0;
const readNzcv = (t: number) => (0xd53b_4200 | t) >>> 0;

/** How a kind of tile takes operands: so many of the first, second and third one. */
const tiles: readonly (readonly number[])[] = [[], [10], [4, 5], [3, 3, 2]];
/** The same where each result takes a general register. */
const generalTiles: readonly (readonly number[])[] = [[], [10], [2, 5]];

/** FPCR and what FPSR starts as. */
interface Mode {
  readonly fpcr: number;
  readonly fpsr: number;
}

/** Scalars take every combination. Vectors compute the same way, lane by lane: fewer do for them. */
function modesFor(row: FuzzRow, size: number, halfFlush: boolean): Mode[] {
  const extra = HALF_CONVERSIONS.test(row.name) ? [0, AHP] : size === 16 && halfFlush ? [0, FZ16] : [0];
  const isScalar = /scalar|^F(N?MADD|N?MSUB|C?CMP|CSEL)/.test(row.name);
  const flushes = isScalar ? [0, FZ, DN, FZ | DN] : [0, FZ | DN];
  const roundings = NEVER_ROUNDS.test(row.name) ? [0] : [0, 1, 2, 3];
  const modes = roundings.flatMap((rounding) =>
    flushes.flatMap((flush) => extra.map((other) => (rounding << RMODE) | flush | other)),
  );
  if (isScalar) return modes.flatMap((fpcr) => [0, INEXACT].map((fpsr) => ({ fpcr, fpsr })));
  return modes.map((fpcr, i) => ({ fpcr, fpsr: i % 3 === 0 ? 0 : INEXACT }));
}

/** Bits of the operands' elements. */
function operandSize(row: FuzzRow, word: number): number {
  const ftype = fieldIn(row, word, 'ftype');
  const sz = fieldIn(row, word, 'sz');
  const named = /(16|32|64) bits|half/.exec(row.name);
  if (ftype !== undefined && !TAKES_INTEGERS.test(row.name)) return { 0: 32, 1: 64, 3: 16 }[ftype] ?? 32;
  if (fieldIn(row, word, 'Rn') !== undefined) return fieldIn(row, word, 'sf') ? 64 : 32;
  if (row.name === 'FCVTL') return sz ? 32 : 16;
  if (row.name.startsWith('FCVTXN')) return 64;
  if (sz !== undefined) return sz ? 64 : 32;
  return named ? Number(named[1] ?? 16) : 32;
}

/** Everything about a variant that its programs share. */
interface Plan {
  readonly row: FuzzRow;
  readonly variant: RowVariant;
  readonly size: number;
  readonly lanes: number;
  readonly edges: readonly bigint[];
  /** How many of each operand a program takes. */
  readonly tile: readonly number[];
  /** How many programs there are along each operand. */
  readonly steps: readonly number[];
  readonly modes: readonly Mode[];
  /** Number of the first program. */
  readonly first: number;
  readonly count: number;
}

const resultsAreGeneral = (row: FuzzRow) => fieldIn(row, 0, 'Rd') !== undefined || COMPARES.test(row.name);

const sourceNames = (row: FuzzRow) =>
  ['Rn', 'Vn', 'Vm', 'Va'].filter((name) => fieldIn(row, 0, name) !== undefined);

function planFor(row: FuzzRow, variant: RowVariant, first: number, halfFlush: boolean): Plan {
  const { value } = variant;
  const size = operandSize(row, value);
  const arity = sourceNames(row).length + (ACCUMULATES.test(row.name) ? 1 : 0);
  const Q = fieldIn(row, value, 'Q');
  const lanes = Q === undefined ? 1 : Math.max(1, (Q ? 128 : 64) / size);
  const edges = TAKES_INTEGERS.test(row.name)
    ? integerEdges(size)
    : arity <= 1
      ? singleEdges(size)
      : crossEdges(size, arity > 2);
  const some = (resultsAreGeneral(row) ? generalTiles : tiles)[arity] ?? [];
  const tile = fieldIn(row, value, 'Rn') === undefined ? some : [MOST_SOURCES_X];
  const steps = tile.map((count, i) => Math.ceil(edges.length / (i === 0 ? lanes : 1) / count));
  const modes = modesFor(row, size, halfFlush);
  const count = modes.length * steps.reduce((product, step) => product * step, 1);
  return { row, variant, size, lanes, edges, tile, steps, modes, first, count };
}

/** All combinations of one number below each limit, the last one fastest. */
function combinationsBelow(limits: readonly number[]): number[][] {
  return limits.reduce<number[][]>(
    (all, limit) => all.flatMap((some) => Array.from({ length: limit }, (_, i) => [...some, i])),
    [[]],
  );
}

/**
 * Programs that execute each floating-point row on a cross product of edge values, in every rounding mode, with and
 * without flushing and default NaNs, with FPSR.IXC set and clear. Behind each instruction FPSR is read and set back.
 */
export class FloatTables {
  readonly #plans: readonly Plan[];
  readonly length: number;

  constructor(rows: readonly FuzzRow[], halfFlush: boolean) {
    const plans: Plan[] = [];
    let first = 0;
    for (const row of rows.filter((each) => FLOAT_ROWS.test(each.name) && sourceNames(each).length > 0)) {
      for (const variant of row.variants) {
        const plan = planFor(row, variant, first, halfFlush);
        plans.push(plan);
        first += plan.count;
      }
    }
    this.#plans = plans;
    this.length = first;
  }

  /** Rows that are in the tables. */
  get rows(): number {
    return new Set(this.#plans.map(({ row }) => row)).size;
  }

  #planOf(number: number): Plan {
    const plan = this.#plans.findLast(({ first }) => first <= number);
    if (!plan || number >= this.length) throw new RangeError(`There is no table program ${number}`);
    return plan;
  }

  /** Makes a program for a slot. */
  program(number: number, slot: number): Program {
    const plan = this.#planOf(number);
    const index = number - plan.first;
    const mode = plan.modes[index % plan.modes.length] ?? { fpcr: 0, fpsr: 0 };
    const place = Math.floor(index / plan.modes.length);
    const { words, before } = writeTable(plan, place, mode, slot, new RandomSource(mix(number, 7)));
    return { number, slot, words, rows: words.map(rowOf), before, functions: [0] };
  }
}

/** The vector whose lanes are edges from a place on. */
function vectorOf({ edges, size }: Plan, from: number): bigint {
  let value = 0n;
  for (let lane = 0; lane < 128 / size; lane++) {
    value |= (edges[(from + lane) % edges.length] ?? 0n) << BigInt(lane * size);
  }
  return value;
}

function writeTable(plan: Plan, place: number, mode: Mode, slot: number, random: RandomSource) {
  const { row, variant, tile, steps, lanes } = plan;
  const before = new Uint8Array(STATE_BYTES);
  const view = new DataView(before.buffer);
  const setX = (register: number, value: bigint) =>
    view.setBigUint64(stateOffsets.x + 8 * register, value, true);
  const setV = (register: number, value: bigint) => {
    view.setBigUint64(stateOffsets.v + 16 * register, BigInt.asUintN(64, value), true);
    view.setBigUint64(stateOffsets.v + 16 * register + 8, value >> 64n, true);
  };
  view.setUint32(stateOffsets.pc, slotAddress(slot), true);
  view.setUint32(stateOffsets.fpcr, mode.fpcr, true);
  view.setUint32(stateOffsets.fpsr, mode.fpsr, true);
  view.setUint32(stateOffsets.nzcv, random.below(16), true);
  setX(FPSR_BASE, BigInt(mode.fpsr));

  // Where this tile begins along each operand.
  let rest = place;
  const starts = steps.map((step, i) => {
    const at = (rest % step) * (tile[i] ?? 1);
    rest = Math.floor(rest / step);
    return at;
  });
  const edgeAt = (operand: number, i: number) =>
    vectorOf(plan, ((starts[operand] ?? 0) + i) * (operand === 0 ? lanes : 1));
  const names = sourceNames(row);
  const bases = tile.map((_, operand) => tile.slice(0, operand).reduce((sum, count) => sum + count, 0));
  names.forEach((name, operand) => {
    for (let i = 0; i < (tile[operand] ?? 0); i++) {
      if (name === 'Rn') setX(FIRST_SOURCE_X + i, BigInt.asUintN(64, edgeAt(operand, i)));
      else setV((bases[operand] ?? 0) + i, edgeAt(operand, i));
    }
  });

  const toGeneral = resultsAreGeneral(row);
  const words: number[] = [];
  combinationsBelow(tile).forEach((choice, t) => {
    let word = allocatedWord(row, variant, random);
    names.forEach((name, operand) => {
      const i = choice[operand] ?? 0;
      word = withField(
        row.instruction,
        word,
        name,
        name === 'Rn' ? FIRST_SOURCE_X + i : (bases[operand] ?? 0) + i,
      );
    });
    if (choice.length > names.length) setV(FIRST_RESULT + t, edgeAt(names.length, choice[names.length] ?? 0));
    word = withField(row.instruction, withField(row.instruction, word, 'Vd', FIRST_RESULT + t), 'Rd', t);
    words.push(word, ...repairOf(row, word));
    if (COMPARES.test(row.name)) words.push(readNzcv(t));
    words.push(readFpsr(toGeneral ? FPSR_RESULTS + t : t), writeFpsr(FPSR_BASE));
  });
  return { words: [...words, encode.brk(0)], before };
}

function allocatedWord(row: FuzzRow, { mask, value }: RowVariant, random: RandomSource): number {
  for (;;) {
    const word = (value | (random.word() & ~mask)) >>> 0;
    if (!row.mayBeUnallocated || !isUnallocated(word)) return word;
  }
}
