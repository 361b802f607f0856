import { cpuState, engineCells, exitReasons, GUEST_BIAS, kernelFunctions } from '@boxer/abi';
import { generateProcessModule, planOf, readPack, translatePack } from '@boxer/translate';
import { GuestCode } from './guest-code.ts';
import { Profile } from './jit/profile.ts';
import { Sampler } from './jit/sampler.ts';
import { PackLibrary } from './pack-library.ts';
import type { LoadedPack } from './pack-source.ts';
import { ProcessCode } from './process-code.ts';

const CODE_AT = 0x1_0000;
/** Adds 1 to X0 for ever. As GNU as encodes `1: add x0, x0, #1; b 1b`. */
const ADD_1 = 0x9100_0400;
const ADD_2 = 0x9100_0800;
const BACK = 0x17ff_ffff;

let processModule: WebAssembly.Module;

beforeAll(() => {
  processModule = new WebAssembly.Module(generateProcessModule({ registration: 'exports' }));
}, 120_000);

type Functions = Record<'run' | 'reset' | 'grow' | 'setPages' | 'invalidate', (...args: number[]) => number>;

const noListener = { packCame: () => undefined, catalogueCame: () => undefined };

/** A library that needs no supplier. */
function newLibrary(): PackLibrary {
  return new PackLibrary(undefined, noListener);
}

/** A process that executes a loop of two words, at an address that the loop does not know. */
function looping(library = newLibrary(), start = CODE_AT, patience = 0) {
  const any = new Proxy<Record<string, WebAssembly.ImportValue>>({}, { get: () => () => 0, has: () => true });
  const kernel = {
    ...Object.fromEntries(Object.keys(kernelFunctions).map((name) => [name, () => 0])),
    engineAlloc: (bytes: number) => functions.grow(bytes / 65536) * 65536,
    codePage: (page: number) => code.codePage(page),
  };
  const { exports } = new WebAssembly.Instance(processModule, { kernel, support: any });
  const functions = exports as unknown as Functions;
  const memory = exports['memory'] as WebAssembly.Memory;
  functions.grow(16);
  functions.reset();
  const view = () => new DataView(memory.buffer);
  const write = (words: readonly number[]) =>
    words.forEach((word, i) => view().setUint32(GUEST_BIAS + start + 4 * i, word, true));
  write([ADD_1, BACK]);
  functions.setPages(start >>> 12, 1, 5);
  view().setBigUint64(cpuState.pc, BigInt(start), true);
  const code = new ProcessCode(new GuestCode(memory, exports, {}), library, patience);
  const profile = new Profile();
  const sampler = new Sampler(1, (process, places) => profile.add(process, places));
  sampler.setDistance(1, true);
  return {
    code,
    profile,
    sampler,
    /** Samples of the first instruction that say that it was interpreted. */
    samples(): number {
      sampler.take(code);
      sampler.flushAll();
      return profile.of(code.hashOf(start >>> 12))?.samples[(start >>> 2) % 1024] ?? 0;
    },
    /** What of its page is translated. */
    translated: () => code.translatedBits(start >>> 12)?.[((start >>> 2) % 1024) >>> 3],
    write,
    invalidate: () => functions.invalidate(start >>> 12, 1),
    setPages: (permissions: number) => functions.setPages(start >>> 12, 1, permissions),
    /** Executes a slice. @returns by how much X0 grew, and how it ended */
    slice(fuel: number) {
      const before = view().getBigUint64(cpuState.x, true);
      view().setBigInt64(engineCells.fuel, BigInt(fuel), true);
      const reason = functions.run();
      return {
        reason,
        grown: Number(view().getBigUint64(cpuState.x, true) - before),
        left: Number(view().getBigInt64(engineCells.fuel, true)),
        translated: view().getUint32(engineCells.endedTranslated, true) === 1,
      };
    },
    /** Translates what is there, or the first so many instructions of it. */
    translate(maximumInstructions = 2): LoadedPack {
      const reader = {
        word: (pc: number) =>
          pc >>> 12 === start >>> 12 ? view().getUint32(GUEST_BIAS + pc, true) : undefined,
        data: () => undefined,
      };
      const functions = [{ entry: start }];
      const pack = translatePack(reader, { base: start, functions, maximumInstructions });
      return { module: new WebAssembly.Module(pack.bytes), plan: planOf(readPack(pack.bytes)) };
    },
  };
}

describe('the code of a process', () => {
  // 101 instructions, 51 of them additions: the slice ends at the first taken branch below zero.
  const expected = { reason: exitReasons.fuel, grown: 51, left: -1 };

  it('knows what was executed, and what of that was interpreted', () => {
    const box = looping();
    expect(box.slice(101)).toEqual({ ...expected, translated: false });
    expect(box.samples()).toBe(1);
    expect(box.samples()).toBe(2);
    expect(box.sampler.newShare()).toEqual({ samples: 2, interpreted: 2 });
    const hash = box.code.hashOf(CODE_AT >>> 12);
    expect(box.profile.of(hash)?.bits[0]).toBe(0b11);
    box.profile.fade();
    expect(box.profile.of(hash)?.samples[0]).toBe(1);
  });

  it('ends slices at the same instruction when it is translated, and counts as such', () => {
    const box = looping();
    box.slice(1);
    expect(box.translated()).toBeUndefined();
    expect(box.code.place(box.translate(), CODE_AT)).toBe(1);
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
    expect(box.translated()).toBe(0b11);
    expect(box.samples()).toBe(0);
    expect(box.sampler.newShare()).toEqual({ samples: 1, interpreted: 0 });
  });

  it('enters the first instruction of a page already when its pack is known, at any address', () => {
    const library = newLibrary();
    library.add(looping().translate());
    expect(looping(library).slice(101)).toEqual({ ...expected, translated: true });
    expect(looping(library, 0x7000).slice(101)).toEqual({ ...expected, translated: true });
  });

  it('lets programs execute for a while first, if told so', () => {
    const library = newLibrary();
    const pack = looping().translate();
    library.add(pack);
    const box = looping(library, CODE_AT, 150);
    for (const translated of [false, false, true]) {
      expect(box.slice(101)).toEqual({ ...expected, translated });
      box.code.offer(pack);
      box.code.ran(100);
    }
  });

  it('enters what is executed already when its pack arrives', () => {
    const library = newLibrary();
    const box = looping(library);
    box.slice(101);
    const pack = box.translate();
    library.add(pack);
    box.code.offer(pack);
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
  });

  it.each([
    ['first', [2, 1]],
    ['last', [1, 2]],
  ])('enters what has more of a function when that comes %s', (_, sizes) => {
    const box = looping();
    box.slice(1);
    for (const size of sizes) box.code.place(box.translate(size), CODE_AT);
    // The branch at the end of the slice is in one of them only.
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
  });

  it('does not enter code that has changed meanwhile, even when it is found', () => {
    const box = looping();
    const pack = box.translate();
    box.write([ADD_2]);
    box.invalidate();
    expect(box.code.place(pack, CODE_AT)).toBe(0);
    expect(box.slice(101)).toEqual({ ...expected, grown: 102, translated: false });
  });

  it('does not enter what may not be executed', () => {
    const box = looping();
    const pack = box.translate();
    box.setPages(1);
    expect(box.code.place(pack, CODE_AT)).toBe(0);
    expect(box.slice(101).reason).toBe(exitReasons.fault);
  });

  it('compares code anew after it was forgotten', () => {
    const box = looping();
    box.slice(1);
    box.code.place(box.translate(), CODE_AT);
    box.invalidate();
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
    box.write([ADD_2]);
    box.invalidate();
    expect(box.slice(101)).toEqual({ ...expected, grown: 102, translated: false });
    expect(box.translated()).toBe(0);
    box.write([ADD_1]);
    box.invalidate();
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
  });

  it('is as new when another program runs there', () => {
    const box = looping();
    box.slice(1);
    box.code.place(box.translate(), CODE_AT);
    box.write([ADD_2]);
    box.invalidate();
    box.code.clear();
    expect(box.slice(101)).toEqual({ ...expected, grown: 102, translated: false });
  });
});
