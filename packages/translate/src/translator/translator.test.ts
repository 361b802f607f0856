import { decode, instructions } from '@boxer/a64';
import { cpuState, exitReasons } from '@boxer/abi';
import { BareProcess } from '../testing/bare-process.ts';
import { translatePack } from '../pack/translate-pack.ts';
import { type EngineModules, makeEngineModules } from '../testing/engine-modules.ts';
import { installCode, readerOf } from '../testing/install-code.ts';
import { InstalledPack, movedReader } from '../testing/install-pack.ts';
import { InterpreterRunner } from '../testing/interpreter-runner.ts';
import { differences, type TestCase } from '../testing/machine-state.ts';
import { randomCase } from '../testing/random-cases.ts';
import { randomProgram } from '../testing/random-program.ts';
import { RandomSource } from '../testing/random-source.ts';
import type { FunctionRequest, RegionOptions } from './region.ts';
import { translateModule } from './translate-module.ts';

let modules: EngineModules;

beforeAll(async () => {
  modules = await makeEngineModules();
}, 300_000);

const PAGE = 4096;
/** How far from where code is executed it is translated. */
const DISTANCES = [0, 0x1000, 0x7f_f000, 0x5000_0000, 0xc000_0000, -0x1000];

/** Translates code as if it lay elsewhere, into a pack, and enters that. */
function installMoved(
  box: BareProcess,
  requests: readonly FunctionRequest[],
  round: number,
  options: RegionOptions = {},
): InstalledPack {
  const lowest = Math.min(...requests.map(({ entry }) => entry));
  const base = lowest - (lowest % PAGE) - PAGE * (round % 2);
  const distance = DISTANCES[round % DISTANCES.length] ?? 0;
  const functions = requests.map(({ entry, entries = [] }) => ({
    entry: entry + distance,
    entries: entries.map((pc) => pc + distance),
  }));
  const pack = translatePack(movedReader(readerOf(box), distance), {
    base: base + distance,
    functions,
    ...options,
  });
  const installed = new InstalledPack(box, pack.bytes, base);
  installed.enter();
  return installed;
}

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9);
const count = Number(process.env['COUNT'] ?? 1);

describe(`single instructions, seed ${seed}`, () => {
  // Oracle: the interpreter, which is compared with qemu elsewhere.
  test('have the same effect translated as interpreted', () => {
    const capacity = 4;
    const interpreter = new InterpreterRunner(modules, capacity);
    let round = 0;
    const translated = new InterpreterRunner(modules, capacity, (box, pc) =>
      round++ % 2 === 0
        ? installCode(box, translateModule(readerOf(box), [{ entry: pc }]))
        : void installMoved(box, [{ entry: pc }], round),
    );
    const differencesOf = (each: TestCase) => {
      try {
        return differences(translated.run(0, each), interpreter.run(0, each));
      } catch (error) {
        return [String(error)];
      }
    };
    const random = new RandomSource(seed);
    const cases: TestCase[] = [];
    for (const row of instructions) {
      for (let i = 0; i < 2 * count; i++) {
        const made = randomCase(random, row, 0, interpreter);
        if (made) cases.push(made);
      }
    }
    const wrong = cases.flatMap((each) => {
      const lines = differencesOf(each);
      return lines.length > 0
        ? [`${each.name} ${each.words.map((w) => w.toString(16)).join()}: ${lines.join('; ')}`]
        : [];
    });
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(instructions.length);
  }, 300_000);
});

const CODE_AT = 0x1_0000;
const DATA_AT = 0x2_0000;
const DATA_BYTES = 0x3000;
const WORDS = 60;

/** Everything that must be equal, at any place where either stops. Flags that nobody will read may differ. */
function snapshot(box: BareProcess, reason: number, withFlags: boolean) {
  return {
    reason,
    pc: box.pc.toString(16),
    fuel: box.fuel,
    flags: withFlags ? box.flags : 0,
    x: Array.from({ length: 32 }, (_, i) => box.x(i).toString(16)).join(),
    v: Array.from({ length: 32 }, (_, i) => box.v(i).toString(16)).join(),
    fpsr: box.view.getUint32(cpuState.fpsr, true),
    memory: Buffer.from(box.guest(DATA_AT, DATA_BYTES)).toString('latin1'),
  };
}

function prepared(words: readonly number[], random: RandomSource): BareProcess {
  const box = new BareProcess({ ...modules, guestBytes: 0x4_0000 });
  const code = box.guest(CODE_AT, 4096);
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  for (let at = 0; at < 4096; at += 4) view.setUint32(at, words[at / 4] ?? 0xd420_0000, true);
  box.permit(CODE_AT, 4096, 5);
  // The middle page is writable, the last one is not: programs run into faults now and then.
  box.permit(DATA_AT, 0x2000, 3);
  box.permit(DATA_AT + 0x2000, 0x1000, 1);
  for (let i = 0; i < DATA_BYTES; i++) box.guest(DATA_AT + i, 1)[0] = random.below(256);
  for (let i = 0; i < 31; i++)
    box.setX(i, random.below(3) === 0 ? random.bits(64) : BigInt(random.below(100)));
  for (let i = 0; i < 32; i++) box.setV(i, random.bits(128));
  box.view.setUint32(cpuState.fpsr, random.oneOf([0, 16]), true);
  box.setX(26, BigInt(DATA_AT + 0x1000 + random.below(16)));
  box.setX(28, BigInt(DATA_AT + 0x800 + 16 * random.below(4)));
  box.setX(30, BigInt(CODE_AT + 4 * random.below(WORDS)));
  box.setX(31, BigInt(DATA_AT + 0x1800));
  box.pc = BigInt(CODE_AT);
  return box;
}

/** Some functions and, inside of them, some more places to enter. */
function randomRequests(functions: readonly number[], random: RandomSource): FunctionRequest[] {
  const place = () => CODE_AT + 4 * random.below(WORDS);
  const entries = new Set(functions.map((at) => CODE_AT + 4 * at).filter(() => random.below(4) > 0));
  if (entries.size === 0) entries.add(CODE_AT);
  return [...entries].map((entry) => ({ entry, entries: Array.from({ length: random.below(4) }, place) }));
}

describe(`random programs, seed ${seed}`, () => {
  // Oracle: the interpreter alone.
  test('end every slice in the same state, however much of them is translated', () => {
    for (let round = 0; round < 150 * count; round++) {
      const programSeed = seed + round * 7919;
      const random = new RandomSource(programSeed);
      const { words, functions } = randomProgram(random, WORDS);
      const stateSeed = random.word();
      const [plain, mixed] = [0, 1].map(() => prepared(words, new RandomSource(stateSeed))) as [
        BareProcess,
        BareProcess,
      ];
      const requests = randomRequests(functions, random);
      // Functions of a few instructions: control goes from one to the other all the time.
      const hot = 1 + random.below(4);
      const options =
        random.below(2) === 0
          ? {}
          : {
              functionInstructions: 5 + random.below(40),
              heatOf: (pc: number) => ((((pc >>> 2) * 0x9e37_79b1) >>> 16) % 4 < hot ? 1000 : 0),
            };
      if (round % 3 === 0) installCode(mixed, translateModule(readerOf(mixed), requests, options));
      else installMoved(mixed, requests, round, options);
      for (let slice = 0; slice < 40; slice++) {
        plain.fuel = mixed.fuel = BigInt(random.below(random.oneOf([40, 400, 4000])));
        const [expected, actual] = [plain.run(), mixed.run()];
        const last = expected !== exitReasons.fuel;
        const text = () =>
          words
            .map(
              (word, i) =>
                `${(CODE_AT + 4 * i).toString(16)} ${word.toString(16)} ${decode(word)?.instruction.name}`,
            )
            .join('\n');
        const withFlags = last && expected !== exitReasons.fault;
        const [left, right] = [snapshot(mixed, actual, withFlags), snapshot(plain, expected, withFlags)];
        if (JSON.stringify(left, bigText) !== JSON.stringify(right, bigText)) {
          throw new Error(`SEED=${programSeed} slice ${slice}\n${text()}\n${difference(left, right)}`);
        }
        if (last) break;
      }
    }
  }, 600_000);
});

const bigText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

function difference(actual: object, expected: object): string {
  const other = new Map<string, unknown>(Object.entries(expected));
  return Object.entries(actual)
    .filter(([key, value]) => value !== other.get(key))
    .map(
      ([key, value]) =>
        `${key}: ${String(value).slice(0, 400)}\n   expected ${String(other.get(key)).slice(0, 400)}`,
    )
    .join('\n');
}
