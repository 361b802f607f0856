import { cpuState, engineCells, PAGE_SIZE_BYTES, PERMISSIONS_AT, RECORD_INDEX_AT } from '@boxer/abi';
import type { FunctionAssembler } from '@boxer/wasm';
import { cells, TRANSLATED_PAGES_AT, TRANSLATED_PAGES_BYTES } from '../interpreter/layout.ts';

/** Imports that copyOut pushes through. */
export interface KernelPushes {
  readonly pushBytes64: number;
  readonly pushBytes8: number;
  readonly pushByte: number;
}

type Write = (f: FunctionAssembler) => void;

/** `while (count >= step) { body; advance }` */
function repeatWhile(f: FunctionAssembler, count: number, step: number, body: () => void): void {
  const done = f.block();
  const next = f.loop();
  f.get(count).i32(step).op('i32.lt_u').brIf(done);
  body();
  f.get(count).i32(step).op('i32.sub').set(count);
  f.br(next).end().end();
}

const advance = (f: FunctionAssembler, local: number, by: number) =>
  f.get(local).i32(by).op('i32.add').set(local);

/** (offset, kernel address, n) */
function copyOut(push: KernelPushes): Write {
  const [offset, to, count] = [0, 1, 2];
  return (f) => {
    repeatWhile(f, count, 64, () => {
      f.get(to);
      for (const at of [0, 16, 32, 48]) f.get(offset).memory('v128.load', at);
      f.call(push.pushBytes64);
      advance(f, offset, 64);
      advance(f, to, 64);
    });
    repeatWhile(f, count, 8, () => {
      f.get(to).get(offset).memory('i64.load').call(push.pushBytes8);
      advance(f, offset, 8);
      advance(f, to, 8);
    });
    repeatWhile(f, count, 1, () => {
      f.get(to).get(offset).memory('i32.load8_u').call(push.pushByte);
      advance(f, offset, 1);
      advance(f, to, 1);
    });
  };
}

/** (offset, n) → distance to the first zero byte, or n */
const findZero: Write = (f) => {
  const [offset, count] = [0, 1];
  const start = f.local('i32');
  const mask = f.local('i32');
  f.get(offset).set(start);
  const zero = f.v128.bind(f);
  repeatWhile(f, count, 16, () => {
    f.get(offset).memory('v128.load');
    zero(new Uint8Array(16)).op('i8x16.eq').op('i8x16.bitmask').tee(mask).if();
    f.get(offset).get(start).op('i32.sub').get(mask).op('i32.ctz').op('i32.add').op('return').end();
    advance(f, offset, 16);
  });
  repeatWhile(f, count, 1, () => {
    f.get(offset).memory('i32.load8_u').op('i32.eqz').if();
    f.get(offset).get(start).op('i32.sub').op('return').end();
    advance(f, offset, 1);
  });
  f.get(offset).get(start).op('i32.sub');
};

/** (first page, count, bits) → number of leading pages that have all bits */
const checkPages: Write = (f) => {
  const [first, count, bits] = [0, 1, 2];
  const page = f.local('i32');
  f.get(first).set(page);
  repeatWhile(f, count, 1, () => {
    f.get(page).memory('i32.load8_u', PERMISSIONS_AT).get(bits).op('i32.and').get(bits).op('i32.ne').if();
    f.get(page).get(first).op('i32.sub').op('return').end();
    advance(f, page, 1);
  });
  f.get(page).get(first).op('i32.sub');
};

/** Everything as in a fresh instance, except guest memory, which the kernel clears as it hands it out again. */
const reset: Write = (f) => {
  const epoch = f.local('i32');
  f.i32(0).memory('i32.load', engineCells.codeEpoch).i32(1).op('i32.add').set(epoch);
  f.i32(cpuState.at).i32(0).i32(PAGE_SIZE_BYTES).memoryFill();
  f.i32(PERMISSIONS_AT)
    .i32(0)
    .i32(RECORD_INDEX_AT - PERMISSIONS_AT)
    .memoryFill();
  f.i32(RECORD_INDEX_AT).i32(0).i32(0x40_0000).memoryFill();
  f.i32(TRANSLATED_PAGES_AT).i32(0).i32(TRANSLATED_PAGES_BYTES).memoryFill();
  f.i32(0).i64(-1n).memory('i64.store', cpuState.exclusiveAddress);
  f.i32(0).get(epoch).memory('i32.store', engineCells.codeEpoch);
};

/** Bodies of the process functions that only touch memory, by name. */
export function memoryFunctions(push: KernelPushes): Readonly<Record<string, Write>> {
  return {
    load64: (f) => f.get(0).memory('i64.load'),
    store64: (f) => f.get(0).get(1).memory('i64.store'),
    load32: (f) => f.get(0).memory('i32.load'),
    store32: (f) => f.get(0).get(1).memory('i32.store'),
    load8: (f) => f.get(0).memory('i32.load8_u'),
    store8: (f) => f.get(0).get(1).memory('i32.store8'),
    store64x8: (f) =>
      [1, 2, 3, 4].forEach((value) =>
        f
          .get(0)
          .get(value)
          .memory('v128.store', (value - 1) * 16),
      ),
    copyOut: copyOut(push),
    fill: (f) => f.get(0).get(1).get(2).memoryFill(),
    move: (f) => f.get(0).get(1).get(2).memoryCopy(),
    checkPages,
    setPages: (f) => f.get(0).i32(PERMISSIONS_AT).op('i32.add').get(2).get(1).memoryFill(),
    grow: (f) => f.get(0).memoryGrow(),
    size: (f) => f.memorySize(),
    findZero,
    reset,
  };
}

if (cells.chunkCount >= cpuState.at + PAGE_SIZE_BYTES)
  throw new RangeError('reset() must clear the interpreter’s cells');
