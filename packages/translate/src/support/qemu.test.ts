import type { SupportName } from '@boxer/a64';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { type CallSupport, supportCaller } from './call-support.ts';
import { compileSupportModule } from '../build/compile-support.ts';
import { type After, type Before, executeWords } from './execute-words.ts';
import { randomFloat } from '../testing/random-floats.ts';
import { RandomSource } from '../testing/random-source.ts';
import { controls, randomInteger } from './operands.ts';

const seed = Number(process.env['BOXER_SEED'] ?? 1);
const count = Number(process.env['BOXER_CASES'] ?? 300);

type State = Required<Pick<Before, 'fpcr' | 'x' | 'v'>>;

/** One instruction on registers 0 (destination), 1, 2, 3, and the same computed by the support module. */
interface Case {
  readonly name: string;
  readonly word: number;
  readonly prepare: (random: RandomSource) => Partial<Before>;
  readonly compute: (call: CallSupport, before: State) => bigint;
  readonly result: (after: After) => bigint;
  /** Whether the upper half of the result holds flags to be compared with FPSR. */
  readonly flags: boolean;
}

const ftypeOf: Readonly<Record<number, number>> = { 16: 3, 32: 0, 64: 1 };
const RN = 1 << 5;
const RM = 2 << 16;
const RA = 3 << 10;
const scalar = (size: number) => 0x1e20_0000 | ((ftypeOf[size] ?? 0) << 22);
const signOf = (size: number) => 1n << BigInt(size - 1);
const lower = (bits: bigint) => BigInt.asUintN(64, bits);

const floats =
  (size: number, operands: number) =>
  (random: RandomSource): Partial<Before> => ({
    v: [0n, ...Array.from({ length: operands }, () => randomFloat(random, size))],
  });
const at = (values: readonly bigint[], index: number) => values[index] ?? 0n;
const vectorResult = (after: After) => at(after.v, 0);
const scalarResult = (after: After) => lower(at(after.v, 0));
const generalResult = (after: After) => at(after.x, 0);

function arithmetic(size: number): Case[] {
  const n = BigInt(size);
  const binary = (name: SupportName, opcode: number): Case => ({
    name: `${name}, ${size} bits`,
    word: scalar(size) | RM | (opcode << 12) | 0x800 | RN,
    prepare: floats(size, 2),
    compute: (call, { v, fpcr }) => call(name, n, at(v, 1), at(v, 2), BigInt(fpcr)),
    result: scalarResult,
    flags: true,
  });
  const fused = (name: string, o1: number, o0: number): Case => ({
    name: `${name}, ${size} bits`,
    word: 0x1f00_0000 | ((ftypeOf[size] ?? 0) << 22) | (o1 << 21) | RM | (o0 << 15) | RA | RN,
    prepare: floats(size, 3),
    compute: (call, { v, fpcr }) => {
      const addend = o1 ? at(v, 3) ^ signOf(size) : at(v, 3);
      const factor = o0 !== o1 ? at(v, 1) ^ signOf(size) : at(v, 1);
      return call('fpMultiplyAdd', n, addend, factor, at(v, 2), BigInt(fpcr));
    },
    result: scalarResult,
    flags: true,
  });
  const compare = (name: SupportName, bit: number): Case => ({
    name: `${name}, ${size} bits`,
    word: scalar(size) | RM | 0x2000 | RN | bit,
    prepare: floats(size, 2),
    compute: (call, { v, fpcr }) => call(name, n, at(v, 1), at(v, 2), BigInt(fpcr)),
    result: (after) => BigInt(after.nzcv),
    flags: true,
  });
  return [
    binary('fpMultiply', 0),
    binary('fpDivide', 1),
    binary('fpAdd', 2),
    binary('fpSubtract', 3),
    binary('fpMaximum', 4),
    binary('fpMinimum', 5),
    binary('fpMaximumNumber', 6),
    binary('fpMinimumNumber', 7),
    fused('FMADD', 0, 0),
    fused('FMSUB', 0, 1),
    fused('FNMADD', 1, 0),
    fused('FNMSUB', 1, 1),
    compare('fpCompare', 0),
    compare('fpCompareSignalling', 0x10),
    {
      ...binary('fpSquareRoot', 0),
      word: scalar(size) | 0x1_c000 | RN,
      compute: (call, { v, fpcr }) => call('fpSquareRoot', n, at(v, 1), BigInt(fpcr)),
    },
  ];
}

function conversions(size: number): Case[] {
  const base = size << 11;
  const current = (fpcr: number) => ((fpcr >> 22) & 3) << 8;
  const toIntegral = (letter: string, opcode: number, mode: number | undefined, exact: number): Case => ({
    name: `FRINT${letter}, ${size} bits`,
    word: scalar(size) | (opcode << 15) | 0x4000 | RN,
    prepare: floats(size, 1),
    compute: (call, { v, fpcr }) => {
      const description = base | (exact << 7) | (mode === undefined ? current(fpcr) : mode << 8);
      return call('fpToIntegral', BigInt(description), at(v, 1), BigInt(fpcr));
    },
    result: scalarResult,
    flags: true,
  });
  const toInteger = (
    letter: string,
    fields: number,
    mode: number,
    unsigned: number,
    width: number,
  ): Case => ({
    name: `FCVT${letter}${unsigned ? 'U' : 'S'}, ${size} to ${width} bits`,
    word: scalar(size) | (width === 64 ? 2 ** 31 : 0) | (fields << 16) | (unsigned << 16) | RN,
    prepare: floats(size, 1),
    compute: (call, { v, fpcr }) => {
      const description = base | (unsigned << 7) | (mode << 8) | (width << 18);
      return call('fpToFixed', BigInt(description), at(v, 1), BigInt(fpcr));
    },
    result: generalResult,
    flags: true,
  });
  const fromInteger = (unsigned: number, width: number): Case => ({
    name: `${unsigned ? 'U' : 'S'}CVTF, ${width} to ${size} bits`,
    word: scalar(size) | (width === 64 ? 2 ** 31 : 0) | ((2 | unsigned) << 16) | RN,
    prepare: (random) => ({ x: [0n, randomInteger(random)] }),
    compute: (call, { x, fpcr }) => {
      const integer = unsigned ? BigInt.asUintN(width, at(x, 1)) : BigInt.asIntN(width, at(x, 1));
      return call('fpFromFixed', BigInt(base | (unsigned << 7) | current(fpcr)), integer, BigInt(fpcr));
    },
    result: scalarResult,
    flags: true,
  });
  const fixed = (unsigned: number, width: number, scale: number): Case[] => {
    const word = (scalar(size) & ~0x20_0000) | (width === 64 ? 2 ** 31 : 0) | ((64 - scale) << 10) | RN;
    const description = scale | base | (unsigned << 7) | (width << 18);
    return [
      {
        ...toInteger(`Z fixed #${scale}`, 0, 3, unsigned, width),
        word: word | ((0x18 | unsigned) << 16),
        compute: (call, { v, fpcr }) =>
          call('fpToFixed', BigInt(description | 0x300), at(v, 1), BigInt(fpcr)),
      },
      {
        ...fromInteger(unsigned, width),
        name: `${unsigned ? 'U' : 'S'}CVTF fixed #${scale}, ${width} to ${size} bits`,
        word: word | ((2 | unsigned) << 16),
        compute: (call, { x, fpcr }) => {
          const integer = unsigned ? BigInt.asUintN(width, at(x, 1)) : BigInt.asIntN(width, at(x, 1));
          return call('fpFromFixed', BigInt(description | current(fpcr)), integer, BigInt(fpcr));
        },
      },
    ];
  };
  const convert = (to: number): Case => ({
    name: `FCVT, ${size} to ${to} bits`,
    word: scalar(size) | 0x2_4000 | ((ftypeOf[to] ?? 0) << 15) | RN,
    prepare: floats(size, 1),
    compute: (call, { v, fpcr }) =>
      call('fpConvert', BigInt(to | base | current(fpcr)), at(v, 1), BigInt(fpcr)),
    result: scalarResult,
    flags: true,
  });
  const widths = [32, 64];
  const signs = [0, 1];
  const forms = widths.flatMap((width) => signs.map((sign) => [sign, width] as const));
  return [
    toIntegral('N', 8, 0, 0),
    toIntegral('P', 9, 1, 0),
    toIntegral('M', 10, 2, 0),
    toIntegral('Z', 11, 3, 0),
    toIntegral('A', 12, 4, 0),
    toIntegral('X', 14, undefined, 1),
    toIntegral('I', 15, undefined, 0),
    ...forms.flatMap(([sign, width]) => [
      toInteger('N', 0x00, 0, sign, width),
      toInteger('P', 0x08, 1, sign, width),
      toInteger('M', 0x10, 2, sign, width),
      toInteger('Z', 0x18, 3, sign, width),
      toInteger('A', 0x04, 4, sign, width),
      fromInteger(sign, width),
      ...fixed(sign, width, 1),
      ...fixed(sign, width, width),
      ...fixed(sign, width, 13),
    ]),
    ...[16, 32, 64].filter((to) => to !== size).map(convert),
  ];
}

/** Advanced SIMD scalar forms: estimates and steps. */
function estimates(size: number): Case[] {
  const n = BigInt(size);
  const form = (name: SupportName, half: number, full: number, operands: number): Case => ({
    name: `${name}, ${size} bits`,
    word: size === 16 ? half : full | (size === 64 ? 1 << 22 : 0),
    prepare: floats(size, operands),
    compute: (call, { v, fpcr }) => call(name, n, ...v.slice(1, operands + 1), BigInt(fpcr)),
    result: scalarResult,
    flags: true,
  });
  return [
    form('fpReciprocalEstimate', 0x5ef9_d820, 0x5ea1_d820, 1),
    form('fpReciprocalSquareRootEstimate', 0x7ef9_d820, 0x7ea1_d820, 1),
    form('fpReciprocalExponent', 0x5ef9_f820, 0x5ea1_f820, 1),
    form('fpReciprocalStep', 0x5e42_3c20, 0x5e22_fc20, 2),
    form('fpReciprocalSquareRootStep', 0x5ec2_3c20, 0x5ea2_fc20, 2),
    form('fpMultiplyExtended', 0x5e42_1c20, 0x5e22_dc20, 2),
  ];
}

const wide = (random: RandomSource) => random.bits(64) | (random.bits(64) << 64n);

function cryptography(): Case[] {
  const vector = (name: SupportName, word: number, compute: Case['compute']): Case => ({
    name,
    word: word | RN,
    prepare: (random) => ({ v: [wide(random), wide(random), wide(random)] }),
    compute,
    result: vectorResult,
    flags: false,
  });
  const three = (name: SupportName, word: number) =>
    vector(name, word | RM, (call, { v }) => call(name, at(v, 0), at(v, 1), at(v, 2)));
  const two = (name: SupportName, word: number) =>
    vector(name, word, (call, { v }) => call(name, at(v, 0), at(v, 1)));
  const product = (name: SupportName, word: number, shift: bigint) =>
    vector(name, word | RM, (call, { v }) => call(name, lower(at(v, 1) >> shift), lower(at(v, 2) >> shift)));
  return [
    vector('aesEncrypt', 0x4e28_4800, (call, { v }) => call('aesEncrypt', at(v, 0) ^ at(v, 1))),
    vector('aesDecrypt', 0x4e28_5800, (call, { v }) => call('aesDecrypt', at(v, 0) ^ at(v, 1))),
    vector('aesMixColumns', 0x4e28_6800, (call, { v }) => call('aesMixColumns', at(v, 1))),
    vector('aesInverseMixColumns', 0x4e28_7800, (call, { v }) => call('aesInverseMixColumns', at(v, 1))),
    three('sha1Choose', 0x5e00_0000),
    three('sha1Parity', 0x5e00_1000),
    three('sha1Majority', 0x5e00_2000),
    three('sha1Schedule0', 0x5e00_3000),
    three('sha256Hash', 0x5e00_4000),
    three('sha256Hash2', 0x5e00_5000),
    three('sha256Schedule1', 0x5e00_6000),
    two('sha1Schedule1', 0x5e28_1800),
    two('sha256Schedule0', 0x5e28_2800),
    product('polynomialMultiply8', 0x0e20_e000, 0n),
    product('polynomialMultiply64', 0x4ee0_e000, 64n),
  ];
}

function checksums(): Case[] {
  return [0, 1].flatMap((castagnoli) =>
    [0, 1, 2, 3].map((size): Case => {
      const name = castagnoli ? 'crc32c' : 'crc32';
      return {
        name: `${name}, ${1 << size} bytes`,
        word: (0x1ac0_4000 | (size === 3 ? 2 ** 31 : 0) | RM | (castagnoli << 12) | (size << 10) | RN) >>> 0,
        prepare: (random) => ({ x: [0n, random.bits(32), random.bits(64)] }),
        compute: (call, { x }) => call(name, at(x, 1), at(x, 2), BigInt(1 << size)),
        result: generalResult,
        flags: false,
      };
    }),
  );
}

const sizes = [16, 32, 64];
const all = [
  ...sizes.flatMap(arithmetic),
  ...sizes.flatMap(conversions),
  ...sizes.flatMap(estimates),
  ...cryptography(),
  ...checksums(),
];

const hex = (value: bigint) => `0x${value.toString(16)}`;
const FLAGS = 0x9f;

// Oracle: qemu-aarch64 executes the instruction itself (-cpu max), on edge values and random ones.
describeIf(
  whyNoCommand('aarch64-linux-gnu-gcc', 'qemu-aarch64-static'),
  'the support module against qemu',
  () => {
    let call: CallSupport;
    beforeAll(async () => {
      call = await supportCaller(await compileSupportModule());
    }, 60_000);

    test.each(all.map((one) => [one.name, one] as const))('%s', (_name, one) => {
      const random = new RandomSource(seed);
      const before = Array.from({ length: count }, () => ({
        word: one.word >>> 0,
        fpcr: one.flags && random.below(3) ? random.oneOf(controls) : 0,
        nzcv: 0,
        x: [],
        v: [],
        ...one.prepare(random),
      }));
      executeWords(before).forEach((after, i) => {
        const state = before[i];
        if (!state) throw new RangeError('An answer without a question');
        const computed = one.compute(call, state);
        const actual = one.flags
          ? { value: lower(computed), flags: Number(computed >> 64n) }
          : { value: computed, flags: 0 };
        const expected = { value: one.result(after), flags: one.flags ? after.fpsr & FLAGS : 0 };
        if (actual.value !== expected.value || actual.flags !== expected.flags) {
          const operands = [...state.v, ...state.x].map(hex).join(' ');
          throw new Error(
            `seed ${seed}: ${one.name}, FPCR ${state.fpcr.toString(16)}, registers ${operands}: ` +
              `${hex(actual.value)} flags ${actual.flags.toString(16)}, should be ${hex(expected.value)} flags ${expected.flags.toString(16)}`,
          );
        }
      });
    });
  },
);
