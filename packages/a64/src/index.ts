export { candidates, decisionTree, type DecisionTree, fixedBits, type Matcher } from './decision-tree.ts';
export { createDecoder, decode, type Decoded, type Decoder, fieldsOf } from './decoder.ts';
export { disassemble } from './disassemble.ts';
export { requireNoOverlap } from './overlap.ts';
export { InvalidPatternError, InvalidSemanticsError, OverlappingRowsError } from './errors.ts';
export { GraphBuilder } from './graph/builder.ts';
export { asNode } from './graph/value-graph.ts';
export { evaluate } from './graph/evaluate.ts';
export { Node, type NodeDetail, RegisterOperand, type Stage, type Statement } from './graph/node.ts';
export { buildVariant, buildWord, combinations, type Variant, variantsOf } from './graph/variant.ts';
export { type FieldValues, type Instruction, instruction, type InstructionRow } from './instruction.ts';
export { instructions } from './instructions/index.ts';
export type { Access, FlagName, LoadOptions, Machine, StateName } from './machine.ts';
export { execute } from './oracle/oracle.ts';
export {
  blankState,
  OracleFault,
  type OracleMemory,
  type OracleOutcome,
  type OracleState,
} from './oracle/state.ts';
export { type Field, fieldOf, type Fields, type Pattern, parsePattern } from './pattern.ts';
export { halfOperations } from './support/floating-point/halves.ts';
export { supportFunctions, type SupportName } from './support/index.ts';
export type {
  Bool,
  ElementBits,
  Float,
  GeneralRegister,
  Immediate,
  Kind,
  Value,
  Vector,
  VectorRegister,
  Width,
} from './value.ts';
export { type FloatCompare, type WasmOperation, wasmResultKind } from './wasm-operations.ts';
