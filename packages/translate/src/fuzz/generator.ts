import { decode, type Instruction, instructions } from '@boxer/a64';
import { RandomSource } from '../testing/random-source.ts';
import {
  writeBranch,
  writeCall,
  writeConditional,
  writeFunctions,
  writeLoop,
  writeRegisterBranch,
  writeSwitch,
} from './control-templates.ts';
import { encode } from './encode.ts';
import { EXTENDED_BY_QEMU, writeRepaired } from './float-templates.ts';
import { BATCH_PROGRAMS, slotAddress } from './layout.ts';
import { writeAccess, writeExclusiveLoad, writeExclusiveStore, writeLiteral } from './memory-templates.ts';
import { type Batch, makeBatch, type Program } from './program.ts';
import { type ProcessorTraits, ProgramWriter } from './program-writer.ts';
import type { Processor } from './processors.ts';
import { type FuzzRow, generalRegisters } from './rows.ts';
import { writeStack, writeStackAccess } from './stack-templates.ts';
import {
  writeBreakpoint,
  writeCacheOperation,
  writeCounterRead,
  writeFloatRegister,
  writePatchedCode,
  writeSystemCall,
  writeSystemRead,
  writeYield,
} from './system-templates.ts';
import { Values } from './values.ts';

/** Rows that each program is asked to have. */
const ROWS_PER_PROGRAM = 24;

type Template = (writer: ProgramWriter, row: FuzzRow) => void;

/** How rows are written that need more than random fields; the first that matches. */
const templates: readonly (readonly [name: RegExp, template: Template])[] = [
  [/^B\/BL$/, writeBranch],
  [/^(B\.cond|CBZ|TBZ)/, writeConditional],
  [/^BR\/BLR/, writeRegisterBranch],
  [/^SVC$/, writeSystemCall],
  [/^BRK$/, writeBreakpoint],
  [/^YIELD/, writeYield],
  [/^LDX[RP]/, writeExclusiveLoad],
  [/^STX[RP]/, writeExclusiveStore],
  [/^MRS cntvct_el0$/, writeCounterRead],
  [/^MRS (?!nzcv|fpcr|fpsr|tpidr_el0)/, writeSystemRead],
  [/^MSR fp[cs]r$/, writeFloatRegister],
  [/^(DC CV|IC IVAU)/, writeCacheOperation],
  [EXTENDED_BY_QEMU, writeRepaired],
];

const rowNumbers = new Map<Instruction, number>(
  instructions.map((instruction, index) => [instruction, index]),
);

/** @returns the index of the row that a word belongs to, or -1 */
export function rowOf(word: number): number {
  const decoded = decode(word);
  return decoded ? (rowNumbers.get(decoded.instruction) ?? -1) : -1;
}

/** Mixes numbers into a seed. */
export function mix(...numbers: readonly number[]): number {
  let state = 0x9e37_79b9;
  for (const number of numbers) {
    state = Math.imul(state ^ number, 0x85eb_ca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2_ae35);
    state ^= state >>> 16;
  }
  return state >>> 0;
}

function shuffled<T>(list: readonly T[], random: RandomSource): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const k = random.below(i + 1);
    const [here, there] = [result[i], result[k]];
    if (here === undefined || there === undefined) continue;
    result[i] = there;
    result[k] = here;
  }
  return result;
}

export interface GeneratorOptions {
  readonly processor: Processor;
  /** Rows that programs shall be made of. */
  readonly rows: readonly FuzzRow[];
  readonly seed: number;
  readonly traits: ProcessorTraits;
  readonly halfFlush: boolean;
}

/** Makes random programs, each from the seed and its number alone. */
export class Generator {
  /** Programs of a batch; their numbers are consecutive. */
  static readonly batchPrograms = BATCH_PROGRAMS;
  readonly #values: Values;
  readonly #plain: readonly FuzzRow[];
  #deck: { readonly round: number; readonly rows: readonly FuzzRow[] } = { round: -1, rows: [] };

  constructor(readonly options: GeneratorOptions) {
    this.#values = new Values(mix(options.seed, 1), options.halfFlush);
    this.#plain = options.rows.filter(
      ({ accessesMemory, name }) => !accessesMemory && !templates.some(([pattern]) => pattern.test(name)),
    );
  }

  /** The row at a place of an endless sequence in which all rows come equally often. */
  #rowAt(place: number): FuzzRow {
    const { rows, seed } = this.options;
    const round = Math.floor(place / rows.length);
    if (this.#deck.round !== round) {
      this.#deck = { round, rows: shuffled(rows, new RandomSource(mix(seed, 2, round))) };
    }
    const row = this.#deck.rows[place % rows.length];
    if (!row) throw new RangeError('There are no rows to make programs of');
    return row;
  }

  #write(writer: ProgramWriter, row: FuzzRow): void {
    const template = templates.find(([pattern]) => pattern.test(row.name))?.[1];
    if (template) template(writer, row);
    else if (row.accessesMemory && /literal/.test(row.name)) writeLiteral(writer, row);
    else if (row.accessesMemory) writeAccess(writer, row);
    else {
      const word = writer.word(row);
      writer.emit(word);
      writer.touched(generalRegisters(row, word));
    }
  }

  /** Something around the rows, now and then. */
  #structure(writer: ProgramWriter): void {
    const { random } = writer;
    if (writer.hasStack && random.below(4) === 0) writeStackAccess(writer);
    switch (random.below(24)) {
      case 0:
      case 1:
        writeLoop(writer);
        break;
      case 2:
        writeCall(writer);
        break;
      case 3:
        if (random.below(3) === 0) writeSwitch(writer);
        break;
      case 4:
        if (random.below(6) === 0 && this.#plain.length > 0)
          writePatchedCode(writer, random.oneOf(this.#plain));
    }
  }

  /** Makes a program for a slot. */
  program(number: number, slot: number): Program {
    const { seed, traits, rows } = this.options;
    const random = new RandomSource(mix(seed, 3, number));
    let place = number * ROWS_PER_PROGRAM;
    const end = place + ROWS_PER_PROGRAM;
    const fill = (writer: ProgramWriter, count: number) => {
      for (let i = 0; i < count && !writer.isFull; i++) {
        // Functions, and blocks that come last, take any row.
        this.#write(writer, place < end ? this.#rowAt(place++) : random.oneOf(rows));
      }
    };
    const writer = new ProgramWriter(random, slot, this.#values, traits, fill);
    if (random.below(8) === 0) writer.faultEvery = 5;
    if (random.below(2) === 0) writeStack(writer);
    while (place < end && !writer.isFull) {
      this.#structure(writer);
      fill(writer, 1);
    }
    writer.emit(encode.brk(random.below(65536)));
    writeFunctions(writer);
    const pc = slotAddress(slot);
    return {
      number,
      slot,
      words: writer.words,
      rows: writer.words.map((word, i) => (writer.data.has(i) ? -1 : rowOf(word))),
      before: this.#values.state(random, pc),
      functions: writer.functions,
    };
  }

  /** The batch of a program's number with that program alone. */
  single(number: number): Batch {
    const index = Math.floor(number / BATCH_PROGRAMS);
    return makeBatch(
      this.options.processor,
      [this.program(number, number % BATCH_PROGRAMS)],
      this.image(index),
    );
  }

  /** A batch of programs with consecutive numbers; the image depends on the batch. */
  batch(index: number, programs = BATCH_PROGRAMS): Batch {
    const first = index * BATCH_PROGRAMS;
    const made = Array.from({ length: programs }, (_, slot) => this.program(first + slot, slot));
    return makeBatch(this.options.processor, made, this.image(index));
  }

  image(batch: number): Uint8Array {
    return this.#values.image(new RandomSource(mix(this.options.seed, 4, batch)));
  }
}
