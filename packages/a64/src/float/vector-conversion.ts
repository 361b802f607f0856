import type { Machine } from '../machine.ts';
import type { Value, Vector } from '../value.ts';
import { bitsToInteger, describeConversion, integerToBits, rounding, type Rounding } from './conversion.ts';
import { defaultAndInexact } from './environment.ts';
import { halfLanes } from './halves.ts';
import { laneByLane, type Lanes } from './vector.ts';

/** Signedness, rounding and fraction bits of the integers. */
export interface IntegerOptions {
  readonly unsigned: boolean;
  readonly mode?: Rounding;
  /** Fraction bits of the integer. */
  readonly scale?: Value<32>;
}

/** Floats to integers of their size, saturating. */
export function vectorToInteger(
  m: Machine,
  lanes: Lanes,
  a: Vector,
  { unsigned, mode = rounding.zero, scale }: IntegerOptions,
): Vector {
  if (lanes.size === 16) {
    const how = { low: scale ?? 0, flag: Number(unsigned), mode, size: 16, width: 16 } as const;
    return halfLanes(m, lanes, 'fpToFixed', [a], describeConversion(m, how));
  }
  const options = { unsigned, width: lanes.size, mode, ...(scale ? { scale } : {}) };
  return laneByLane(m, lanes, [a], (bits) => bitsToInteger(m, lanes.size, options, bits));
}

/** Integers to floats of their size. */
export function vectorFromInteger(
  m: Machine,
  lanes: Lanes,
  a: Vector,
  { unsigned, scale }: IntegerOptions,
): Vector {
  if (lanes.size === 16) {
    const how = { low: scale ?? 0, flag: Number(unsigned), mode: 'current', size: 16 } as const;
    return halfLanes(m, lanes, 'fpFromFixed', [a], describeConversion(m, how));
  }
  const { size } = lanes;
  const options = { unsigned, ...(scale ? { scale } : {}) };
  const slowly = () =>
    laneByLane(m, lanes, [a], (bits) => integerToBits(m, size, size, m.resize(bits, size), options));
  if (size === 64 || scale) return slowly();
  return m.choose(
    defaultAndInexact(m),
    () => m.wasm(`f32x4.convert_i32x4_${unsigned ? 'u' : 's'}`, a),
    slowly,
  );
}
