import type { Instruction } from '../instruction.ts';
import { addSubtract } from './add-subtract.table.ts';
import { floatArithmetic } from './float-arithmetic.table.ts';
import { vectorArithmetic } from './vector-arithmetic.table.ts';

/** Every instruction, one row each, by class. */
export const instructions: readonly Instruction[] = [...addSubtract, ...floatArithmetic, ...vectorArithmetic];
