import { cpuState, engineCells, exitReasons, GUEST_BIAS, kernelFunctions } from '@boxer/abi';
import { buildDispatcherModule, generateProcessModule, translateHot } from '@boxer/translate';
import type { PostedCode, PostedPlace } from './messages.ts';
import { TranslatedProcess } from './translated-process.ts';

const CODE_AT = 0x1_0000;
const PAGE = CODE_AT >>> 12;
/** Adds 1 to X0 for ever. As GNU as encodes `1: add x0, x0, #1; b 1b`. */
const ADD_1 = 0x9100_0400;
const ADD_2 = 0x9100_0800;
const BACK = 0x17ff_ffff;

let processModule: WebAssembly.Module;
let dispatcher: WebAssembly.Module;

beforeAll(() => {
  processModule = new WebAssembly.Module(generateProcessModule({ registration: 'exports' }));
  dispatcher = new WebAssembly.Module(buildDispatcherModule());
}, 120_000);

type Functions = Record<'run' | 'reset' | 'grow' | 'setPages' | 'invalidate', (...args: number[]) => number>;

/** A process that executes a loop of two words. */
function looping() {
  const any = new Proxy<Record<string, WebAssembly.ImportValue>>({}, { get: () => () => 0, has: () => true });
  const kernel = {
    ...Object.fromEntries(Object.keys(kernelFunctions).map((name) => [name, () => 0])),
    engineAlloc: (bytes: number) => functions.grow(bytes / 65536) * 65536,
  };
  const { exports } = new WebAssembly.Instance(processModule, { kernel, support: any });
  const functions = exports as unknown as Functions;
  const memory = exports['memory'] as WebAssembly.Memory;
  functions.grow(4);
  functions.reset();
  const view = () => new DataView(memory.buffer);
  const write = (words: readonly number[]) =>
    words.forEach((word, i) => view().setUint32(GUEST_BIAS + CODE_AT + 4 * i, word, true));
  write([ADD_1, BACK]);
  functions.setPages(PAGE, 1, 5);
  view().setBigUint64(cpuState.pc, BigInt(CODE_AT), true);
  const code = new TranslatedProcess(memory, exports, {});
  return {
    code,
    write,
    invalidate: () => functions.invalidate(PAGE, 1),
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
    reader: {
      word: (pc: number) => (pc >>> 12 === PAGE ? view().getUint32(GUEST_BIAS + pc, true) : undefined),
      data: () => undefined,
    },
    bytes: (start: number, end: number) =>
      new Uint8Array(memory.buffer).slice(GUEST_BIAS + start, GUEST_BIAS + end),
  };
}

function translated(box: ReturnType<typeof looping>, place: PostedPlace): PostedCode {
  const { bytes, entries, ranges } = translateHot(box.reader, [place], () => false);
  return {
    module: new WebAssembly.Module(bytes),
    entries,
    ranges: ranges.map(({ start, end }) => ({ start, bytes: box.bytes(start, end) })),
  };
}

describe('the code of a process', () => {
  const place = { pc: CODE_AT, entry: CODE_AT };
  // 101 instructions, 51 of them additions: the slice ends at the first taken branch below zero.
  const expected = { reason: exitReasons.fuel, grown: 51, left: -1 };

  it('names the place where slices end', () => {
    const box = looping();
    expect(box.slice(101)).toEqual({ ...expected, translated: false });
    expect(box.code.sample(2)).toBeUndefined();
    box.slice(101);
    expect(box.code.sample(2)).toEqual(place);
  });

  it('ends slices at the same instruction when it is translated, and is sampled no more', () => {
    const box = looping();
    expect(box.code.install(translated(box, place), dispatcher)).toBe(true);
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
    expect(box.code.sample(1)).toBeUndefined();
  });

  it('is not installed when it has changed meanwhile', () => {
    const box = looping();
    const code = translated(box, place);
    box.write([ADD_2]);
    box.invalidate();
    expect(box.code.install(code, dispatcher)).toBe(false);
    expect(box.slice(101)).toEqual({ ...expected, grown: 102, translated: false });
  });

  it('is forgotten when it is invalidated, and put back when it is the same', () => {
    const box = looping();
    box.code.install(translated(box, place), dispatcher);
    box.invalidate();
    expect(box.slice(101)).toEqual({ ...expected, translated: false });
    box.code.refresh();
    expect(box.slice(101)).toEqual({ ...expected, translated: true });
    box.write([ADD_2]);
    box.invalidate();
    box.code.refresh();
    expect(box.slice(101)).toEqual({ ...expected, grown: 102, translated: false });
    expect(box.code.entries).toEqual([]);
  });
});
