import { convertBits, rounding, type RoundingOrCurrent } from '../float/conversion.ts';
import { defaultAndInexact, defaultControl } from '../float/environment.ts';
import type { NativeSize } from '../float/format.ts';
import { halvesToSingles, singlesToHalves } from '../float/halves.ts';
import { allLanes, laneBits, normalLanes, orderedLanes, zeroVector } from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';

/** Conversions between sizes. @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD two-register miscellaneous" */
export const vectorFloatSize: readonly Instruction[] = [
  instruction({
    name: 'FCVTL',
    pattern: '0 Q 0 01110 0 sz 10000 10111 10 Vn:5 Vd:5',
    assembly: (f) =>
      `fcvtl${f.Q ? '2' : ''} {Vd:${f.sz ? '2d' : '4s'}}, {Vn:${['4h', '8h', '2s', '4s'][f.sz * 2 + f.Q]}}`,
    semantics(m, { Q, sz, Vn, Vd }) {
      m.writeV(Vd, lengthen(m, sz ? 64 : 32, Q, m.readV(Vn)));
    },
  }),
  instruction({
    name: 'FCVTN',
    pattern: '0 Q 0 01110 0 sz 10000 10110 10 Vn:5 Vd:5',
    assembly: (f) =>
      `fcvtn${f.Q ? '2' : ''} {Vd:${['4h', '8h', '2s', '4s'][f.sz * 2 + f.Q]}}, {Vn:${f.sz ? '2d' : '4s'}}`,
    semantics(m, { Q, sz, Vn, Vd }) {
      const low = shorten(m, sz ? 64 : 32, 'current', m.readV(Vn));
      m.writeV(Vd, Q ? joined(m, m.readV(Vd), low) : low, Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'FCVTXN (vector)',
    pattern: '0 Q 1 01110 01 10000 10110 10 Vn:5 Vd:5',
    assembly: (f) => `fcvtxn${f.Q ? '2' : ''} {Vd:${f.Q ? '4s' : '2s'}}, {Vn:2d}`,
    semantics(m, { Q, Vn, Vd }) {
      const low = shorten(m, 64, rounding.odd, m.readV(Vn));
      m.writeV(Vd, Q ? joined(m, m.readV(Vd), low) : low, Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'FCVTXN (scalar)',
    pattern: '01 1 11110 01 10000 10110 10 Vn:5 Vd:5',
    assembly: 'fcvtxn {Vd:s}, {Vn:d}',
    semantics(m, { Vn, Vd }) {
      m.writeScalar(Vd, 32, m.wrap(convertBits(m, 64, 32, laneBits(m, 64, m.readV(Vn), 0), rounding.odd)));
    },
  }),
];

/** The lower (Q: upper) half's elements in twice their size. */
function lengthen(m: Machine, to: NativeSize, Q: number, a: Vector): Vector {
  const half = Q ? m.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]) : a;
  const slowly = () => {
    let result = zeroVector(m);
    for (let lane = 0; lane < 128 / to; lane++) {
      const bits =
        to === 64
          ? m.zext(m.extract('i32x4', half, lane, { width: 32 }))
          : m.zext(m.extract('i16x8', half, lane, { width: 32 }));
      const converted = convertBits(m, to === 64 ? 32 : 16, to, bits);
      result = m.replace(
        to === 64 ? 'i64x2' : 'i32x4',
        result,
        lane,
        to === 64 ? converted : m.wrap(converted),
      );
    }
    return result;
  };
  if (to === 32) {
    const { singles, right } = halvesToSingles(m, half);
    return m.choose(right, () => singles, slowly);
  }
  const ordered = allLanes(m, { size: 32, count: 2 }, orderedLanes(m, 32, half));
  return m.choose(m.and(defaultControl(m), ordered), () => m.wasm('f64x2.promote_low_f32x4', half), slowly);
}

/** All elements in half their size, in the lower half; the upper half is zero. */
function shorten(m: Machine, from: NativeSize, mode: RoundingOrCurrent, a: Vector): Vector {
  const slowly = () => {
    let result = zeroVector(m);
    for (let lane = 0; lane < 128 / from; lane++) {
      const bits = m.wrap(convertBits(m, from, from === 64 ? 32 : 16, laneBits(m, from, a, lane), mode));
      result = m.replace(from === 64 ? 'i32x4' : 'i16x8', result, lane, bits);
    }
    return result;
  };
  if (mode !== 'current') return slowly();
  if (from === 32) {
    const { halves, right } = singlesToHalves(m, a);
    return m.choose(right, () => halves, slowly);
  }
  const result = m.wasm('f32x4.demote_f64x2_zero', a);
  const normal = allLanes(m, { size: 32, count: 2 }, normalLanes(m, 32, result));
  return m.choose(m.and(defaultAndInexact(m), normal), () => result, slowly);
}

/** The lower half of `before` and, above it, the lower half of `low`. */
function joined(m: Machine, before: Vector, low: Vector): Vector {
  return m.shuffle(before, low, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}
