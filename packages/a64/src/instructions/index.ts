import type { Feature, FieldValues, Instruction } from '../instruction.ts';
import { branches } from './branch.table.ts';
import { conditional } from './conditional.table.ts';
import { exclusive } from './exclusive.table.ts';
import { loadStore } from './load-store.table.ts';
import { loadStorePair } from './load-store-pair.table.ts';
import { logical } from './logical.table.ts';
import { moveBitfield } from './move-bitfield.table.ts';
import { multiplyDivide } from './multiply-divide.table.ts';
import { structureLoadStore } from './structure-load-store.table.ts';
import { system } from './system.table.ts';
import { vectorLoadStore } from './vector-load-store.table.ts';
import { addSubtract } from './add-subtract.table.ts';
import { crc32 } from './crc32.table.ts';
import { crypto } from './crypto.table.ts';
import { fpArithmeticRows } from './fp-arithmetic.table.ts';
import { fpCompareRows } from './fp-compare.table.ts';
import { fpConvertRows } from './fp-convert.table.ts';
import { fpMove } from './fp-move.table.ts';
import { lse } from './lse.table.ts';
import { dotProduct } from './dot-product.table.ts';
import { roundingDoubling } from './rounding-doubling.table.ts';
import { vectorAcross } from './vector-across.table.ts';
import { vectorCopy } from './vector-copy.table.ts';
import { vectorFloatAcross } from './vector-float-across.table.ts';
import { vectorFloatIndexed } from './vector-float-indexed.table.ts';
import { vectorFloatThreeSame } from './vector-float-three-same.table.ts';
import { vectorFloatTwoRegister } from './vector-float-two-register.table.ts';
import { vectorHalf } from './vector-half.table.ts';
import { vectorImmediate } from './vector-immediate.table.ts';
import { vectorIndexed } from './vector-indexed.table.ts';
import { vectorPermute } from './vector-permute.table.ts';
import { vectorShift } from './vector-shift.table.ts';
import { vectorShiftRegister } from './vector-shift-register.table.ts';
import { vectorThreeDifferent } from './vector-three-different.table.ts';
import { vectorThreeSame } from './vector-three-same.table.ts';
import { vectorTwoRegister } from './vector-two-register.table.ts';

/** Instructions that Arm's manual describes together. */
export interface InstructionClass {
  readonly title: string;
  /** The feature of the rows that name none; undefined: every AArch64 CPU has them. */
  readonly feature?: Feature | ((fields: FieldValues) => Feature);
  readonly rows: readonly Instruction[];
}

/** Halves are a feature of their own. */
const scalarFloat = ({ ftype }: FieldValues): Feature => (ftype === 3 ? 'fphp' : 'fp');

/** Every instruction, one row each, by class. */
export const instructionClasses: readonly InstructionClass[] = [
  { title: 'Add and subtract', rows: addSubtract },
  { title: 'Logical', rows: logical },
  { title: 'Move, bit fields, addresses', rows: moveBitfield },
  { title: 'Multiply, divide, shift, reverse', rows: multiplyDivide },
  { title: 'Conditional', rows: conditional },
  { title: 'CRC32', feature: 'crc32', rows: crc32 },
  { title: 'Branches and exceptions', rows: branches },
  { title: 'System', rows: system },
  { title: 'Load and store', rows: loadStore },
  { title: 'Load and store pairs', rows: loadStorePair },
  { title: 'Exclusive and ordered', rows: exclusive },
  { title: 'Atomic', feature: 'atomics', rows: lse },
  { title: 'Load and store SIMD&FP registers', feature: 'fp', rows: vectorLoadStore },
  { title: 'Load and store structures', feature: 'asimd', rows: structureLoadStore },
  { title: 'Floating point: arithmetic', feature: scalarFloat, rows: fpArithmeticRows },
  { title: 'Floating point: comparison', feature: scalarFloat, rows: fpCompareRows },
  { title: 'Floating point: conversion', feature: scalarFloat, rows: fpConvertRows },
  { title: 'Floating point: moves', feature: scalarFloat, rows: fpMove },
  { title: 'Vector: copy', feature: 'asimd', rows: vectorCopy },
  { title: 'Vector: immediates', feature: 'asimd', rows: vectorImmediate },
  { title: 'Vector: permute and look up', feature: 'asimd', rows: vectorPermute },
  { title: 'Vector: three registers alike', feature: 'asimd', rows: vectorThreeSame },
  { title: 'Vector: three registers of different sizes', feature: 'asimd', rows: vectorThreeDifferent },
  { title: 'Vector: two registers', feature: 'asimd', rows: vectorTwoRegister },
  { title: 'Vector: by element', feature: 'asimd', rows: vectorIndexed },
  { title: 'Vector: across lanes', feature: 'asimd', rows: vectorAcross },
  { title: 'Vector: shift by immediate', feature: 'asimd', rows: vectorShift },
  { title: 'Vector: shift by register', feature: 'asimd', rows: vectorShiftRegister },
  { title: 'Vector floats: three registers', feature: 'asimd', rows: vectorFloatThreeSame },
  { title: 'Vector floats: two registers', feature: 'asimd', rows: vectorFloatTwoRegister },
  { title: 'Vector floats: by element', feature: 'asimd', rows: vectorFloatIndexed },
  { title: 'Vector floats: across lanes', feature: 'asimd', rows: vectorFloatAcross },
  { title: 'Vector halves', feature: 'asimdhp', rows: vectorHalf },
  { title: 'Rounding doubling multiply and accumulate', feature: 'asimdrdm', rows: roundingDoubling },
  { title: 'Dot product', feature: 'asimddp', rows: dotProduct },
  { title: 'Cryptography', feature: 'asimd', rows: crypto },
];

export const instructions: readonly Instruction[] = instructionClasses.flatMap(({ rows }) => rows);

/** @returns the feature that a row with these static values belongs to; undefined: every AArch64 CPU has it */
export function featureOf(
  { feature }: InstructionClass,
  row: Instruction,
  statics: FieldValues,
): Feature | undefined {
  if (row.feature) return row.feature(statics);
  return typeof feature === 'function' ? feature(statics) : feature;
}
