import type { Instruction } from '../instruction.ts';
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

/** Every instruction, one row each, by class. */
export const instructions: readonly Instruction[] = [
  ...addSubtract,
  ...vectorLoadStore,
  ...system,
  ...structureLoadStore,
  ...multiplyDivide,
  ...moveBitfield,
  ...logical,
  ...loadStorePair,
  ...loadStore,
  ...exclusive,
  ...conditional,
  ...branches,
  ...crc32,
  ...crypto,
  ...fpArithmeticRows,
  ...fpCompareRows,
  ...fpConvertRows,
  ...fpMove,
  ...lse,
  ...dotProduct,
  ...roundingDoubling,
  ...vectorAcross,
  ...vectorCopy,
  ...vectorFloatAcross,
  ...vectorFloatIndexed,
  ...vectorFloatThreeSame,
  ...vectorFloatTwoRegister,
  ...vectorHalf,
  ...vectorImmediate,
  ...vectorIndexed,
  ...vectorPermute,
  ...vectorShift,
  ...vectorShiftRegister,
  ...vectorThreeDifferent,
  ...vectorThreeSame,
  ...vectorTwoRegister,
];
