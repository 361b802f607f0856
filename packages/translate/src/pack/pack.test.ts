import { engineCells, exitReasons, GUEST_BIAS, pagePermissions, PERMISSIONS_AT } from '@boxer/abi';
import { ModuleBuilder } from '@boxer/wasm';
import { InvalidPackError } from '../errors.ts';
import { generateProcessModule } from '../process/process-module.ts';
import { BareProcess } from '../testing/bare-process.ts';
import { InstalledPack, movedReader } from '../testing/install-pack.ts';
import { readerOf } from '../testing/install-code.ts';
import { randomProgram } from '../testing/random-program.ts';
import { RandomSource } from '../testing/random-source.ts';
import type { CodeReader } from '../translator/code-reader.ts';
import { type CodePack, PACK_SECTION, packExports } from './code-pack.ts';
import { pageHash } from './page-hash.ts';
import { encodePackInfo } from './pack-section.ts';
import { readPack } from './read-pack.ts';
import { translatePack } from './translate-pack.ts';

const CODE_AT = 0x1_0000;
const CALLEE_AT = 0x1_1000;
const PAGE = 4096;
/** Where the code is translated, as opposed to where it is executed. */
const ELSEWHERE = 0x7000_0000;

/** As GNU as encodes `1: bl callee; add x0, x0, #1; b 1b`, the callee lying a page behind. */
const CALLER = [0x9400_0400, 0x9100_0400, 0x17ff_fffe];
/** `add x1, x1, #1; ret` and `add x1, x1, #2; ret`. */
const ADD_1 = [0x9100_0421, 0xd65f_03c0];
const ADD_2 = [0x9100_0821, 0xd65f_03c0];

let processModule: WebAssembly.Module;
let supportModule: WebAssembly.Module;

beforeAll(() => {
  processModule = new WebAssembly.Module(generateProcessModule({ registration: 'exports' }));
  supportModule = new WebAssembly.Module(new ModuleBuilder().finish());
}, 120_000);

function write(box: BareProcess, address: number, words: readonly number[]): void {
  const bytes = box.guest(address, 4 * words.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
}

/** A process with caller and callee that knows a pack of both, and enters it when it is told of a page. */
function boxWithPack() {
  const pages: number[] = [];
  let installed: InstalledPack | undefined;
  const box = new BareProcess({
    processModule,
    supportModule,
    guestBytes: 0x4_0000,
    codePage: (page) => {
      pages.push(page);
      installed?.enter();
    },
  });
  write(box, CODE_AT, CALLER);
  write(box, CALLEE_AT, ADD_1);
  box.permit(CODE_AT, 2 * PAGE, 5);
  const distance = ELSEWHERE - CODE_AT;
  const pack = translatePack(movedReader(readerOf(box), distance), {
    base: ELSEWHERE,
    functions: [{ entry: ELSEWHERE }, { entry: CALLEE_AT + distance }],
  });
  installed = new InstalledPack(box, pack.bytes, CODE_AT);
  const run = (fuel: number) => {
    const before = [box.x(0), box.x(1)] as const;
    box.pc = BigInt(CODE_AT);
    box.fuel = BigInt(fuel);
    box.run();
    return {
      calls: Number(box.x(0) - before[0]),
      added: Number(box.x(1) - before[1]),
      translated: box.view.getUint32(engineCells.endedTranslated, true) === 1,
    };
  };
  return { box, pack, installed, pages, run };
}

describe('a pack in a process', () => {
  // 5 instructions a round.
  it('is entered when its pages run, wherever it was translated', () => {
    const { pages, run } = boxWithPack();
    expect(run(500)).toMatchObject({ calls: 100, added: 100, translated: true });
    expect(pages[0]).toBe(CODE_AT / PAGE);
  });

  it('executes nothing that is not as it was translated', () => {
    const { box, run } = boxWithPack();
    write(box, CALLEE_AT, ADD_2);
    expect(run(500)).toMatchObject({ calls: 100, added: 200 });
  });

  it('is compared anew when its code was forgotten', () => {
    const { box, installed, pages, run } = boxWithPack();
    run(500);
    write(box, CALLEE_AT, ADD_2);
    box.forgetCode(CALLEE_AT, PAGE);
    installed.invalidate();
    pages.length = 0;
    expect(run(500)).toMatchObject({ calls: 100, added: 200 });
    expect(pages).toEqual([CODE_AT, CALLEE_AT].map((at) => at / PAGE));
    write(box, CALLEE_AT, ADD_1);
    box.forgetCode(CALLEE_AT, PAGE);
    installed.invalidate();
    expect(run(500)).toMatchObject({ calls: 100, added: 100, translated: true });
  });

  it('forgets code of pages that have no records, too', () => {
    const { box } = boxWithPack();
    const epoch = () => box.view.getUint32(engineCells.codeEpoch, true);
    const before = epoch();
    box.exports.markTranslated(CALLEE_AT, CALLEE_AT + 8);
    box.exports.invalidate(CODE_AT / PAGE, 1);
    expect(epoch()).toBe(before);
    box.exports.invalidate(CALLEE_AT / PAGE, 1);
    expect(epoch()).toBe(before + 1);
  });

  it('has no code below its base, though a short function is called there', () => {
    // `bl .-4096; ret`, and there `ret`
    const words = new Map([
      [CODE_AT, 0x97ff_fc00],
      [CODE_AT + 4, 0xd65f_03c0],
      [CODE_AT - PAGE, 0xd65f_03c0],
    ]);
    const reader = { word: (pc: number) => words.get(pc), data: () => undefined };
    const { info } = translatePack(reader, { base: CODE_AT, functions: [{ entry: CODE_AT }] });
    expect(info.functions.flatMap(({ ranges }) => ranges.map(({ offset }) => offset))).toEqual([0]);
  });

  // `adr x2, .-1048560; str x1, [x2]; b .`: below all guest memory, where the engine's own lies.
  it('cannot be put where its addresses lead out of guest memory', () => {
    const box = new BareProcess({ processModule, supportModule, guestBytes: 0x4_0000 });
    write(box, CODE_AT, [0x1080_0082, 0xf900_0041, 0x1400_0000]);
    box.permit(CODE_AT, PAGE, 5);
    const pack = translatePack(movedReader(readerOf(box), ELSEWHERE - CODE_AT), {
      base: ELSEWHERE,
      functions: [{ entry: ELSEWHERE }],
    });
    expect(new InstalledPack(box, pack.bytes, CODE_AT).enter()).toBe(1);
    // What lies before the permissions must not be taken for some.
    const engine = new Uint8Array(box.view.buffer, 0, GUEST_BIAS);
    engine.fill(pagePermissions.write, PERMISSIONS_AT - 0x1000, PERMISSIONS_AT);
    box.setX(1, 0x1122_3344_5566_7788n);
    box.pc = BigInt(CODE_AT);
    box.fuel = 100n;
    expect(box.run()).toBe(exitReasons.fault);
    expect(box.x(2)).toBe(BigInt.asUintN(64, BigInt(CODE_AT - 1_048_560)));
    const stored = Buffer.from('8877665544332211', 'hex');
    const tables = Buffer.from(box.view.buffer, PERMISSIONS_AT, GUEST_BIAS - PERMISSIONS_AT);
    expect(tables.includes(stored)).toBe(false);
  });
});

/** Two pages of code in an array. */
function readerOfWords(words: readonly number[]): CodeReader {
  return { word: (pc) => words[(pc - CODE_AT) / 4], data: () => undefined };
}

function randomPack(seed: number): { readonly pack: CodePack; readonly words: readonly number[] } {
  const { words, functions } = randomProgram(new RandomSource(seed), 1024);
  const pack = translatePack(readerOfWords(words), {
    base: CODE_AT,
    functions: functions.map((at) => ({ entry: CODE_AT + 4 * at, entries: [CODE_AT + 4 * at + 4] })),
    maximumInstructions: 60,
  });
  return { pack, words };
}

describe('readPack', () => {
  it('reads what translatePack wrote', () => {
    for (let seed = 1; seed < 20; seed++) {
      const { pack } = randomPack(seed);
      expect(readPack(pack.bytes)).toEqual(pack.info);
    }
  });

  it('names pages by the hash of all their bytes', () => {
    const { pack, words } = randomPack(1);
    const page = new Uint8Array(Uint32Array.from(words).buffer);
    expect(pack.info.pages).toEqual([{ page: 0, hash: pageHash(page) }]);
    const shifted = new Uint8Array(PAGE + 1);
    shifted.set(page, 1);
    expect(pageHash(shifted.subarray(1))).toBe(pageHash(page));
  });

  /** What a reader of bytes that anybody may have changed may do: read them, or refuse them. */
  function outcome(bytes: Uint8Array): string {
    try {
      const { functions } = readPack(bytes);
      for (const { ranges, entries } of functions) {
        expect(ranges.every((range) => range.bytes.length > 0)).toBe(true);
        expect(entries.length).toBeGreaterThan(0);
      }
      return 'read';
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidPackError);
      return 'refused';
    }
  }

  it('refuses every beginning of a pack', () => {
    const { bytes } = randomPack(2).pack;
    const lengths = Array.from({ length: bytes.length }, (_, length) => length);
    expect(lengths.filter((length) => outcome(bytes.subarray(0, length)) !== 'refused')).toEqual([]);
  });

  it('reads or refuses packs with changed bytes', () => {
    const { bytes } = randomPack(3).pack;
    const random = new RandomSource(4);
    const outcomes = new Set<string>();
    for (let round = 0; round < 3000; round++) {
      const changed = bytes.slice();
      // The section comes last.
      const from = round % 2 === 0 ? 0 : bytes.length - 600;
      const at = from + random.below(bytes.length - from);
      changed[at] = random.oneOf([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      outcomes.add(outcome(changed));
    }
    expect([...outcomes].sort()).toEqual(['read', 'refused']);
  });

  it('refuses modules that do more than packs', () => {
    const module = new ModuleBuilder();
    const start = module.function({ params: [], results: [] }, () => undefined);
    module.start(start);
    module.custom(PACK_SECTION, Uint8Array.of(1, 0, 0, 0));
    expect(() => readPack(module.finish())).toThrow(/section 8/);
    const importing = new ModuleBuilder();
    importing.importFunction('env', 'exit', { params: [], results: [] });
    expect(() => readPack(importing.finish())).toThrow(/imports env.exit/);
    expect(() => readPack(new ModuleBuilder().finish())).toThrow(InvalidPackError);
  });

  // Tables are memory of the host; the process's table is filled when its runner says so.
  it.each<[string, (module: ModuleBuilder, f: number) => void]>([
    [
      'has a table',
      (module, f) => (module.table({ minimum: 2, maximum: 2 }), module.passiveElements([f, f])),
    ],
    ['has other entries than it says', (module, f) => module.passiveElements([f])],
    ['has two segments', (module, f) => (module.passiveElements([f, f]), module.passiveElements([f, f]))],
    ['fills the process’s table', (module, f) => module.elements(0, 0, [f, f])],
  ])('refuses modules that %s', (_, add) => {
    const withElements = (its: typeof add) => {
      const module = new ModuleBuilder();
      module.importTable('process', 'code', { minimum: 1 });
      const f = module.function({ params: [], results: [] }, () => undefined);
      for (const name of Object.values(packExports)) module.export(name, 'function', f);
      its(module, f);
      const code = Uint8Array.of(0, 0, 0, 0);
      const entries = [0, 0].map((offset, index) => ({ offset, index }));
      const functions = [{ index: 0, entries, ranges: [{ offset: 0, bytes: code }], instructions: 1 }];
      module.custom(PACK_SECTION, encodePackInfo({ pages: [], functions, instructions: 1 }));
      return module.finish();
    };
    const right = withElements((module, f) => module.passiveElements([f, f]));
    expect(readPack(right).functions).toHaveLength(1);
    expect(() => readPack(withElements(add))).toThrow(InvalidPackError);
  });
});
