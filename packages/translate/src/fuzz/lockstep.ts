import { exitReasons } from '@boxer/abi';
import type { FunctionRequest } from '../translator/region.ts';
import { translateModule } from '../translator/translate-module.ts';
import { readerOf } from '../testing/install-code.ts';
import { RandomSource } from '../testing/random-source.ts';
import { mix } from './generator.ts';
import { bytesThatDiffer, type Difference, stateDifferences } from './compare.ts';
import { dataPages, slotAddress, STATE_BYTES, stateOffsets } from './layout.ts';
import type { EngineModules } from '../testing/engine-modules.ts';
import { OurProcess } from './our-process.ts';
import type { Batch, Program } from './program.ts';

/** Programs that one module translates: modules have a price, and too large ones are a chore to build. */
const PROGRAMS_PER_MODULE = 24;
const MOST_ENTRIES = 4;
/** Instructions of a part, where functions are split: programs have some 150. */
const LEAST_PART = 20;
const PART_RANGE = 120;
/** Slices after which a program surely has ended. */
const MOST_SLICES = 20_000;

interface Entry {
  readonly pc: number;
  readonly index: number;
}

/** Translated code of a program: where it may be entered, and what it was made from. */
interface Translation {
  readonly entries: Entry[];
  readonly ranges: { readonly start: number; readonly end: number }[];
}

/** Functions of a program, or some of them, and places inside of them. */
function requestsFor(program: Program, random: RandomSource): FunctionRequest[] {
  const start = slotAddress(program.slot);
  const place = () => start + 4 * random.below(program.words.length);
  const chosen = program.functions.filter(() => random.below(4) > 0).map((word) => start + 4 * word);
  const entries = chosen.length > 0 ? chosen : [place()];
  return entries.map((entry) => ({
    entry,
    entries: Array.from({ length: random.below(MOST_ENTRIES) }, place),
  }));
}

/**
 * Executes programs twice in equal slices: in the interpreter, and in a process where some of the code is translated, more
 * or less of it from slice to slice. Everything must be equal wherever a slice ends.
 */
export class Lockstep {
  readonly #plain: OurProcess;
  readonly #mixed: OurProcess;
  readonly #codeImports: WebAssembly.ModuleImports;
  #translations = new Map<Program, Translation>();
  /** Programs that could not be translated, and why. */
  #failures = new Map<Program, string>();
  #ranges: Translation['ranges'] = [];
  readonly #states = [new Uint8Array(STATE_BYTES), new Uint8Array(STATE_BYTES)] as const;

  constructor(modules: EngineModules) {
    this.#plain = new OurProcess(modules);
    this.#mixed = new OurProcess(modules);
    this.#codeImports = this.#mixed.box.codeImports;
  }

  /** Loads a batch and translates some of its programs. */
  load(batch: Batch, programs: readonly Program[], seed: number): void {
    this.#plain.load(batch);
    this.#mixed.load(batch);
    this.#translations = new Map();
    this.#failures = new Map();
    let next = 1;
    for (let first = 0; first < programs.length; first += PROGRAMS_PER_MODULE) {
      next = this.#translateSafely(programs.slice(first, first + PROGRAMS_PER_MODULE), seed, next);
    }
  }

  /** Translates programs together or, when that fails, each by itself. */
  #translateSafely(programs: readonly Program[], seed: number, next: number): number {
    try {
      return this.#translate(programs, seed, next);
    } catch (error) {
      const [only, ...others] = programs;
      if (only && others.length === 0) {
        this.#failures.set(only, error instanceof Error ? error.message : String(error));
        return next;
      }
      return programs.reduce((from, program) => this.#translateSafely([program], seed, from), next);
    }
  }

  #translate(programs: readonly Program[], seed: number, next: number): number {
    const { box } = this.#mixed;
    const requests = programs.flatMap((program) =>
      requestsFor(program, new RandomSource(mix(seed, program.number))),
    );
    const functions = new Set(
      programs.flatMap(({ slot, functions: at }) => at.map((word) => slotAddress(slot) + 4 * word)),
    );
    const options = {
      ...((seed & 1) === 0 ? {} : { isFunction: (pc: number) => functions.has(pc) }),
      // Parts are entered at all targets of jumps, and control goes from one to the other.
      ...((seed & 2) === 0 ? {} : { functionInstructions: LEAST_PART + ((seed >>> 2) % PART_RANGE) }),
      // A part may have the blocks that are said to be hot, wherever they lie.
      ...((seed & 4) === 0 ? {} : { heatOf: (pc: number) => (mix(seed, pc) % 3 === 0 ? 1000 : 0) }),
    };
    const { bytes, entries, ranges } = translateModule(readerOf(box), requests, options);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      process: this.#codeImports,
      support: box.support,
    });
    if (box.codeTable.length < next + entries.length)
      box.codeTable.grow(next + entries.length - box.codeTable.length);
    entries.forEach(({ name }, i) => box.codeTable.set(next + i, exports[name]));
    for (const program of programs) {
      const start = slotAddress(program.slot);
      const end = start + 4 * program.words.length;
      this.#translations.set(program, {
        entries: entries.flatMap(({ pc }, i) => (pc >= start && pc < end ? [{ pc, index: next + i }] : [])),
        ranges: ranges.filter((range) => range.start < end && range.end > start),
      });
    }
    return next + entries.length;
  }

  /** Forgets translated code and installs entries of the program, all or some of them. */
  #install(program: Program, which: (entry: Entry) => boolean): void {
    const { box } = this.#mixed;
    const start = slotAddress(program.slot);
    box.forgetCode(start, 4 * program.words.length);
    const translation = this.#translations.get(program);
    if (!translation) throw new RangeError('The program was not loaded');
    for (const range of translation.ranges) box.exports.markTranslated(range.start, range.end);
    for (const entry of translation.entries.filter(which)) box.exports.enterAt(entry.pc, entry.index);
  }

  /** Whether an instruction of the program that was executed last has been translated. */
  wasTranslated(address: number): boolean {
    return this.#ranges.some(({ start, end }) => address >= start && address < end);
  }

  /** Executes a program; `seed` decides on the slices. @returns what differs at the end of a slice, if anything does */
  run(program: Program, seed: number): Difference[] {
    const random = new RandomSource(seed);
    const [plain, mixed] = [this.#plain, this.#mixed];
    const failure = this.#failures.get(program);
    if (failure !== undefined) return [{ what: 'translation', ours: failure, expected: 'code' }];
    this.#install(program, () => true);
    this.#ranges = this.#translations.get(program)?.ranges ?? [];
    plain.start(program);
    mixed.start(program);
    const long = random.below(4) === 0;
    for (let slice = 0; slice < MOST_SLICES; slice++) {
      // Translated code leaves the last instructions of a slice to the interpreter: most slices are longer than that.
      const fuel = BigInt(long ? 5000 : random.below(random.oneOf([24, 120, 600])));
      const expected = plain.run(fuel);
      const actual = mixed.run(fuel);
      const ended = expected !== exitReasons.fuel;
      const differences = this.#compare(actual, expected);
      if (ended || differences.length > 0) return differences;
      // Whoever patched its code has no use for what was translated from it.
      if (!this.#isPatched(program) && random.below(5) === 0)
        this.#install(program, () => random.below(2) === 0);
    }
    return [{ what: 'end', ours: 'none', expected: 'one' }];
  }

  #isPatched({ slot, words }: Program): boolean {
    const code = this.#mixed.box.guest(slotAddress(slot), 4 * words.length);
    const view = new DataView(code.buffer, code.byteOffset, code.length);
    return words.some((word, i) => view.getUint32(4 * i, true) !== word >>> 0);
  }

  #compare(actual: number, expected: number): Difference[] {
    const [plain, mixed] = [this.#plain, this.#mixed];
    const [theirs, ours] = this.#states;
    plain.collect(expected, theirs);
    mixed.collect(actual, ours);
    // Flags that nobody will read are given up where a program does not end by itself.
    if (expected === exitReasons.fuel || expected === exitReasons.fault) {
      ours.set(theirs.subarray(stateOffsets.nzcv, stateOffsets.fpcr), stateOffsets.nzcv);
    }
    const found = stateDifferences(ours, theirs);
    if (actual !== expected)
      found.push({ what: 'exit reason', ours: String(actual), expected: String(expected) });
    if (mixed.box.fuel !== plain.box.fuel) {
      found.push({ what: 'fuel', ours: String(mixed.box.fuel), expected: String(plain.box.fuel) });
    }
    dataPages.forEach(({ address }, i) => {
      const [own, other] = [mixed.page(i), plain.page(i)];
      if (Buffer.compare(own, other) !== 0) found.push(...bytesThatDiffer(own, other, address));
    });
    return found;
  }
}
