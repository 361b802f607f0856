import { halfOperations, type SupportName, supportFunctions } from '@boxer/a64';
import { type CallSupport, supportCaller } from './call-support.ts';
import { compileSupportModule } from '../build/compile-support.ts';
import { randomFloat } from '../testing/random-floats.ts';
import { RandomSource } from '../testing/random-source.ts';
import { controls, randomInteger } from './operands.ts';

const seed = Number(process.env['BOXER_SEED'] ?? 1);
const count = Number(process.env['BOXER_CASES'] ?? 400);
const floatSizes = [16, 32, 64];

type Operands = (random: RandomSource) => bigint[];

const vectors =
  (operands: number): Operands =>
  (random) =>
    Array.from({ length: operands }, () => random.bits(64) | (random.bits(64) << 64n));

const fpcr = (random: RandomSource) => (random.below(3) === 0 ? 0n : BigInt(random.oneOf(controls)));

/** `(size, operands…, fpcr)` */
const floats =
  (operands: number): Operands =>
  (random) => {
    const size = random.oneOf(floatSizes);
    return [BigInt(size), ...Array.from({ length: operands }, () => randomFloat(random, size)), fpcr(random)];
  };

/** Addends close to the product, where cancellation shows what was lost. */
const multiplyAdd: Operands = (random) => {
  const [size = 0n, , a = 0n, b = 0n, control = 0n] = floats(3)(random);
  const product = supportFunctions.fpMultiply.reference(size, a, b, 0n);
  const near = BigInt.asUintN(Number(size), product + BigInt(random.below(5) - 2));
  const addend = random.below(2) ? randomFloat(random, Number(size)) : near;
  return [size, addend ^ (random.bits(1) << (size - 1n)), a, b, control];
};

interface Description {
  readonly scale?: readonly number[];
  readonly modes: readonly number[];
  readonly widths?: readonly number[];
  readonly integer?: boolean;
}

/** `(description, operand, fpcr)`; see packages/a64/src/support/floating-point. */
const described =
  ({ scale = [0], modes, widths = [64], integer = false }: Description): Operands =>
  (random) => {
    const size = random.oneOf(floatSizes);
    const description =
      random.oneOf(scale) |
      (random.below(2) << 7) |
      (random.oneOf(modes) << 8) |
      (size << 11) |
      (random.oneOf(widths) << 18);
    const operand = integer ? randomInteger(random) : randomFloat(random, size);
    return [BigInt(description), operand, fpcr(random)];
  };

const convert: Operands = (random) => {
  const [from, to] = random.oneOf([
    [16, 32],
    [16, 64],
    [32, 16],
    [32, 64],
    [64, 16],
    [64, 32],
  ]) as [number, number];
  const description = to | (random.oneOf([0, 1, 2, 3, 5]) << 8) | (from << 11);
  return [BigInt(description), randomFloat(random, from), fpcr(random)];
};

/** `(how, a, b, c, control)`; each operation as often as the others, on one to four halves. */
const packedHalves: Operands = (random) => {
  const operation = random.below(halfOperations.length);
  const conversion = /^fp(To|From)/.test(halfOperations[operation] ?? '');
  const description =
    random.oneOf([0, 0, 1, 7, 16]) |
    (random.below(2) << 7) |
    (random.below(4) << 8) |
    (16 << 11) |
    (16 << 18);
  const how = (operation << 25) | (random.below(4) << 30) | (conversion ? description : 0);
  const halves = () => [0n, 16n, 32n, 48n].reduce((all, at) => all | (randomFloat(random, 16) << at), 0n);
  // Bit 4: "inexact" is set already; alone it allows the quick way.
  const control = random.below(2) ? 0x10n : fpcr(random) | BigInt(random.oneOf([0, 0x10]));
  return [BigInt(how >>> 0), halves(), halves(), halves(), control];
};

const checksum: Operands = (random) => [random.bits(32), random.bits(64), BigInt(random.oneOf([1, 2, 4, 8]))];
const natives =
  (size: number, operands: number): Operands =>
  (random) =>
    Array.from({ length: operands }, () => randomFloat(random, size));

/** Operands where a result that is not NaN is asked for: which NaN Arm wants is the caller's matter. */
const ordered =
  (size: number): Operands =>
  (random) => {
    for (;;) {
      const [, , a = 0n, b = 0n] = floats(3)(random);
      const [addend = 0n, x = a, y = b] = natives(size, 3)(random);
      const result = supportFunctions.fpMultiplyAdd.reference(BigInt(size), addend, x, y, 0n);
      if (BigInt.asUintN(size - 1, result) <= (size === 64 ? 0x7ff0n << 48n : 0x7f80_0000n))
        return [addend, x, y];
    }
  };

const cases: Partial<Record<SupportName, Operands>> = {
  fpAdd: floats(2),
  fpSubtract: floats(2),
  fpMultiply: floats(2),
  fpMultiplyExtended: floats(2),
  fpDivide: floats(2),
  fpMaximum: floats(2),
  fpMinimum: floats(2),
  fpMaximumNumber: floats(2),
  fpMinimumNumber: floats(2),
  fpCompare: floats(2),
  fpCompareSignalling: floats(2),
  fpMultiplyAdd: multiplyAdd,
  fpReciprocalStep: floats(2),
  fpReciprocalSquareRootStep: floats(2),
  fpSquareRoot: floats(1),
  fpReciprocalEstimate: floats(1),
  fpReciprocalSquareRootEstimate: floats(1),
  fpReciprocalExponent: floats(1),
  fpToFixed: described({ scale: [0, 0, 1, 7, 32, 63, 64], modes: [0, 1, 2, 3, 4], widths: [16, 32, 64] }),
  fpFromFixed: described({ scale: [0, 0, 1, 13, 32, 64], modes: [0, 1, 2, 3], integer: true }),
  fpToIntegral: described({ modes: [0, 1, 2, 3, 4] }),
  fpConvert: convert,
  fpHalves: packedHalves,
  fma64: ordered(64),
  fma32: ordered(32),
  aesEncrypt: vectors(1),
  aesDecrypt: vectors(1),
  aesMixColumns: vectors(1),
  aesInverseMixColumns: vectors(1),
  sha1Choose: vectors(3),
  sha1Parity: vectors(3),
  sha1Majority: vectors(3),
  sha1Schedule0: vectors(3),
  sha1Schedule1: vectors(2),
  sha256Hash: vectors(3),
  sha256Hash2: vectors(3),
  sha256Schedule0: vectors(2),
  sha256Schedule1: vectors(3),
  polynomialMultiply64: (random) => [random.bits(64), random.bits(64)],
  polynomialMultiply8: (random) => [random.bits(64), random.bits(64)],
  crc32: checksum,
  crc32c: checksum,
};

const hex = (value: bigint) => `0x${value.toString(16)}`;

describe('the support module', () => {
  let call: CallSupport;
  beforeAll(async () => {
    call = await supportCaller(await compileSupportModule());
  }, 60_000);

  it('has every function that rows may call', async () => {
    const { instance } = await WebAssembly.instantiate(await compileSupportModule(), {});
    const exported = Object.keys(instance.exports).filter((name) => name !== 'memory');
    expect(exported.sort()).toEqual(Object.keys(supportFunctions).sort());
  }, 60_000);

  // Oracle: the references in packages/a64/src/support, written by other methods (exact fractions, bits, bytes).
  test.each(Object.keys(cases) as SupportName[])('%s agrees with its reference', (name) => {
    const random = new RandomSource(seed);
    for (let i = 0; i < count; i += 1) {
      const operands = cases[name]?.(random) ?? [];
      const expected = supportFunctions[name].reference(...operands);
      const actual = call(name, ...operands);
      if (actual !== expected) {
        throw new Error(
          `seed ${seed}: ${name}(${operands.map(hex).join(', ')}) is ${hex(actual)}, should be ${hex(expected)}`,
        );
      }
    }
  });
});
