import {
  floatBinary,
  floatCompare,
  type FloatSize,
  floatUnary,
  fromInteger,
  toBits,
  toInteger,
  toNumber,
} from './float-evaluation.ts';
import { clamp, join, split } from './lanes.ts';

const laneBits: Readonly<Record<string, number>> = {
  i8x16: 8,
  i16x8: 16,
  i32x4: 32,
  i64x2: 64,
  f32x4: 32,
  f64x2: 64,
};

const signedOf = (bits: number, value: bigint) => BigInt.asIntN(bits, value);

/** Reads a lane as its suffix says. */
function reading(operation: string, bits: number): (lane: bigint) => bigint {
  return operation.endsWith('_u') ? (lane) => lane : (lane) => signedOf(bits, lane);
}

function saturate(value: bigint, bits: number, unsigned: boolean): bigint {
  const size = BigInt(bits);
  return unsigned
    ? clamp(value, 0n, (1n << size) - 1n)
    : clamp(value, -(1n << (size - 1n)), (1n << (size - 1n)) - 1n);
}

const COMPARISON = /^(eq|ne|lt|gt|le|ge)(_[su])?$/;

function compare(operation: string, a: bigint, b: bigint): boolean {
  switch (operation) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'gt':
      return a > b;
    case 'le':
      return a <= b;
    default:
      return a >= b;
  }
}

/** Operations that treat each pair of lanes alike; undefined for others. */
function laneBinary(operation: string, bits: number, x: bigint, y: bigint): bigint | undefined {
  const read = reading(operation, bits);
  const [a, b] = [read(x), read(y)];
  const unsigned = operation.endsWith('_u');
  const base = operation.replace(/_[su]$/, '');
  if (COMPARISON.test(operation)) return compare(base, a, b) ? -1n : 0n;
  switch (base) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'min':
      return a < b ? a : b;
    case 'max':
      return a > b ? a : b;
    case 'avgr':
      return (a + b + 1n) >> 1n;
    case 'add_sat':
      return saturate(a + b, bits, unsigned);
    case 'sub_sat':
      return saturate(a - b, bits, unsigned);
    case 'q15mulr_sat':
      return saturate((a * b + 0x4000n) >> 15n, 16, false);
    default:
      return undefined;
  }
}

/** Operations whose result has other lanes than the operands. */
function reshapingBinary(operation: string, bits: number, a: bigint, b: bigint): bigint {
  if (operation === 'swizzle') {
    const lanes = split(a, 8);
    return join(
      split(b, 8).map((index) => lanes[Number(index)] ?? 0n),
      8,
    );
  }
  if (operation.startsWith('narrow')) {
    const wide = [...split(a, bits * 2), ...split(b, bits * 2)].map((lane) => signedOf(bits * 2, lane));
    return join(
      wide.map((lane) => saturate(lane, bits, operation.endsWith('_u'))),
      bits,
    );
  }
  const half = bits / 2;
  const read = reading(operation, half);
  const [x, y] = [split(a, half).map(read), split(b, half).map(read)];
  const product = (i: number) => (x[i] ?? 0n) * (y[i] ?? 0n);
  const count = 128 / bits;
  const indices = Array.from({ length: count }, (_, i) => i);
  if (operation.startsWith('dot'))
    return join(
      indices.map((i) => product(2 * i) + product(2 * i + 1)),
      bits,
    );
  if (!operation.startsWith('extmul')) throw new TypeError(`Unknown vector operation ${operation}`);
  const start = operation.includes('high') ? count : 0;
  return join(
    indices.map((i) => product(start + i)),
    bits,
  );
}

function reshapingUnary(shape: string, operation: string, a: bigint): bigint {
  const bits = laneBits[shape] ?? 8;
  const indices = Array.from({ length: 128 / bits }, (_, i) => i);
  const signed = operation.includes('_s');
  if (operation.startsWith('ext')) {
    const lanes = split(a, bits / 2).map(reading(operation, bits / 2));
    if (operation.startsWith('extadd')) {
      return join(
        indices.map((i) => (lanes[2 * i] ?? 0n) + (lanes[2 * i + 1] ?? 0n)),
        bits,
      );
    }
    const start = operation.includes('high') ? indices.length : 0;
    return join(
      indices.map((i) => lanes[start + i] ?? 0n),
      bits,
    );
  }
  const from = /(f32x4|f64x2|i32x4)/.exec(operation)?.[1] ?? '';
  const lanes = split(a, laneBits[from] ?? 32);
  const size = (from === 'f64x2' ? 64 : 32) as FloatSize;
  const target = (shape === 'f64x2' ? 64 : 32) as FloatSize;
  const convert = (lane: bigint) => {
    if (operation.startsWith('trunc_sat')) return toInteger(size, lane, 32, signed);
    if (operation.startsWith('convert')) return fromInteger(target, signed ? signedOf(32, lane) : lane);
    return toBits(target, toNumber(size, lane));
  };
  // Lanes beyond the operand's are 0; those beyond the result's are left out.
  return join(
    indices.map((i) => (lanes[i] === undefined ? 0n : convert(lanes[i]))),
    bits,
  );
}

function laneUnary(operation: string, bits: number, lane: bigint): bigint | undefined {
  switch (operation) {
    case 'neg':
      return -lane;
    case 'abs':
      return signedOf(bits, lane) < 0n ? -lane : lane;
    case 'popcnt':
      return BigInt(lane.toString(2).replaceAll('0', '').length);
    default:
      return undefined;
  }
}

/** One-operand vector operations and tests; tests give 0, 1 or a bit mask. */
export function vectorUnary(name: string, a: bigint): bigint {
  const [shape = '', operation = ''] = name.split('.');
  if (name === 'v128.not') return BigInt.asUintN(128, ~a);
  if (name === 'v128.any_true') return a === 0n ? 0n : 1n;
  const bits = laneBits[shape] ?? 8;
  const lanes = split(a, bits);
  if (operation === 'all_true') return lanes.every((lane) => lane !== 0n) ? 1n : 0n;
  if (operation === 'bitmask') {
    return lanes.reduce((mask, lane, i) => mask | ((lane >> BigInt(bits - 1)) << BigInt(i)), 0n);
  }
  const floats = shape.startsWith('f') && !/convert|demote|promote/.test(operation);
  if (floats)
    return join(
      lanes.map((lane) => floatUnary(bits as FloatSize, operation, lane)),
      bits,
    );
  const simple = lanes.map((lane) => laneUnary(operation, bits, lane));
  return simple.every((lane) => lane !== undefined)
    ? join(simple, bits)
    : reshapingUnary(shape, operation, a);
}

const bitwise: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  'v128.and': (a, b) => a & b,
  'v128.or': (a, b) => a | b,
  'v128.xor': (a, b) => a ^ b,
  'v128.andnot': (a, b) => a & ~b,
};

/** Two-operand vector operations. */
export function vectorBinary(name: string, a: bigint, b: bigint): bigint {
  const [shape = '', operation = ''] = name.split('.');
  const combine = bitwise[name];
  if (combine) return combine(a, b);
  const bits = laneBits[shape] ?? 8;
  const [x, y] = [split(a, bits), split(b, bits)];
  if (shape.startsWith('f')) {
    const size = bits as FloatSize;
    const lane = (p: bigint, q: bigint) =>
      COMPARISON.test(operation)
        ? floatCompare(size, operation, p, q)
          ? -1n
          : 0n
        : floatBinary(size, operation, p, q);
    return join(
      x.map((p, i) => lane(p, y[i] ?? 0n)),
      bits,
    );
  }
  const lanes = x.map((p, i) => laneBinary(operation, bits, p, y[i] ?? 0n));
  return lanes.every((lane) => lane !== undefined)
    ? join(lanes, bits)
    : reshapingBinary(operation, bits, a, b);
}

/** Shifts of all lanes by one amount. */
export function vectorShift(name: string, a: bigint, amount: bigint): bigint {
  const [shape = '', operation = ''] = name.split('.');
  const bits = laneBits[shape] ?? 8;
  const by = amount % BigInt(bits);
  const shift = (lane: bigint) => {
    if (operation === 'shl') return lane << by;
    return (operation === 'shr_s' ? signedOf(bits, lane) : lane) >> by;
  };
  return join(split(a, bits).map(shift), bits);
}
