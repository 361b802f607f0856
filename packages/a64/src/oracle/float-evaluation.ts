import { clamp } from './lanes.ts';

const view = new DataView(new ArrayBuffer(8));

export type FloatSize = 32 | 64;

/** @returns the number that a bit pattern stands for */
export function toNumber(size: FloatSize, bits: bigint): number {
  if (size === 64) {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  }
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

/** @returns the bit pattern of a number, rounded once; the default NaN for NaN */
export function toBits(size: FloatSize, value: number): bigint {
  if (Number.isNaN(value)) return size === 64 ? 0x7ff8n << 48n : 0x7fc0_0000n;
  if (size === 64) {
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  }
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

/** Rounds to an integer, ties to even. */
function nearest(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  return rounded === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : rounded;
}

const ROUNDINGS: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
};

const signBit = (size: FloatSize) => 1n << BigInt(size - 1);

/** Wasm's unary float operations. */
export function floatUnary(size: FloatSize, operation: string, a: bigint): bigint {
  if (operation === 'neg') return a ^ signBit(size);
  if (operation === 'abs') return a & ~signBit(size);
  const compute = ROUNDINGS[operation];
  if (!compute) throw new TypeError(`Unknown float operation ${operation}`);
  const x = toNumber(size, a);
  return toBits(size, Number.isFinite(x) ? compute(x) : operation === 'sqrt' ? Math.sqrt(x) : x);
}

/** Wasm's binary float operations. Sums, products and quotients of singles, computed in double, round to the same. */
export function floatBinary(size: FloatSize, operation: string, a: bigint, b: bigint): bigint {
  const [x, y] = [toNumber(size, a), toNumber(size, b)];
  switch (operation) {
    case 'add':
      return toBits(size, x + y);
    case 'sub':
      return toBits(size, x - y);
    case 'mul':
      return toBits(size, x * y);
    case 'div':
      return toBits(size, x / y);
    case 'min':
      return toBits(size, Math.min(x, y));
    case 'max':
      return toBits(size, Math.max(x, y));
    case 'pmin':
      return y < x ? b : a;
    case 'pmax':
      return x < y ? b : a;
    case 'copysign':
      return (a & ~signBit(size)) | (b & signBit(size));
    default:
      throw new TypeError(`Unknown float operation ${operation}`);
  }
}

export function floatCompare(size: FloatSize, operation: string, a: bigint, b: bigint): boolean {
  const [x, y] = [toNumber(size, a), toNumber(size, b)];
  switch (operation) {
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'lt':
      return x < y;
    case 'gt':
      return x > y;
    case 'le':
      return x <= y;
    case 'ge':
      return x >= y;
    default:
      throw new TypeError(`Unknown float comparison ${operation}`);
  }
}

/** Rounds an integer of up to 64 bits once: low bits that neither format keeps become one sticky bit. */
export function fromInteger(size: FloatSize, value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  if (size === 64 || magnitude < 1n << 53n) return toBits(size, Number(value));
  const sticky = magnitude & 2047n ? 1n : 0n;
  const rounded = Number((magnitude >> 11n) | sticky) * 2048;
  return toBits(size, value < 0n ? -rounded : rounded);
}

/** Truncates; out of range values saturate, NaN gives 0. */
export function toInteger(size: FloatSize, bits: bigint, width: number, signed: boolean): bigint {
  const x = toNumber(size, bits);
  if (Number.isNaN(x)) return 0n;
  const [minimum, maximum] = signed
    ? [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n]
    : [0n, (1n << BigInt(width)) - 1n];
  if (!Number.isFinite(x)) return x < 0 ? minimum : maximum;
  return clamp(BigInt(Math.trunc(x)), minimum, maximum);
}
