import type { Machine } from '../machine.ts';
import type { Value, VectorRegister } from '../value.ts';

/** Sizes of floats in bits. Wasm has no halves: those always go to the support module. */
export type FloatSize = 16 | 32 | 64;
export type NativeSize = 32 | 64;
export type NativeFloat = Value<'f32' | 'f64'>;

/** Bits of FPSR: an operation was inexact. */
export const INEXACT = 0x10;

/** The format that Arm's field `ftype` selects; 2 is not allocated. */
export const formatOf = (ftype: number): FloatSize => (ftype === 3 ? 16 : ftype === 1 ? 64 : 32);
export const isFormat = (ftype: number): boolean => ftype !== 2;
/** The letter of a scalar register of that size. */
export const letterOf = (ftype: number): string => ['s', 'd', '', 'h'][ftype] ?? '';

/** The bits of a scalar, the upper ones zero. */
export function readBits(m: Machine, register: VectorRegister, size: FloatSize): Value<64> {
  if (size === 64) return m.readElement(register, 64, 0, { width: 64 });
  return m.zext(m.readElement(register, size, 0, { width: 32 }));
}

/** Writes a scalar and clears the rest of the register. */
export function writeBits(m: Machine, register: VectorRegister, size: FloatSize, bits: Value<64>): void {
  m.writeScalar(register, size, size === 64 ? bits : m.wrap(bits));
}

export function bitsOf(m: Machine, size: NativeSize, value: NativeFloat): Value<64> {
  return m.resize(m.wasm(size === 64 ? 'i64.reinterpret_f64' : 'i32.reinterpret_f32', value), 64);
}

export function floatOf(m: Machine, size: NativeSize, bits: Value<64>): NativeFloat {
  return size === 64 ? m.wasm('f64.reinterpret_i64', bits) : m.wasm('f32.reinterpret_i32', m.wrap(bits));
}

/** A constant of the format, from a JavaScript number. */
export function floatConstant(m: Machine, size: NativeSize, value: number): NativeFloat {
  const view = new DataView(new ArrayBuffer(8));
  if (size === 64) view.setFloat64(0, value);
  else view.setFloat32(0, value);
  const bits = size === 64 ? m.constant(64, view.getBigUint64(0)) : m.constant(64, view.getUint32(0));
  return floatOf(m, size, bits);
}
