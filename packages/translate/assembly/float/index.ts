/** Floating point as the Arm ARM defines it: every rounding mode, NaN and flag. See the README. */
export { takeFlags } from './exceptions';
export { add, subtract } from './add';
export { multiply, multiplyExtended } from './multiply';
export { divide, squareRoot } from './divide';
export { multiplyAdd, reciprocalStep, reciprocalSquareRootStep } from './multiply-add';
export { compare, maximum, maximumNumber, minimum, minimumNumber } from './compare';
export { fromInteger, toInteger, toIntegral } from './integral';
export { convert } from './convert';
export { reciprocalEstimate, reciprocalExponent, reciprocalSquareRootEstimate } from './estimate';
