export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export {
  componentSectionIds,
  type CoreCounts,
  type CoreInstantiation,
  coreInstanceSection,
  coreModuleSection,
  countCore,
} from './component-append.ts';
export { MalformedWasmError } from './errors.ts';
export { FunctionAssembler, type Label, type Local } from './function-assembler.ts';
export { type ExternKind, ModuleBuilder, sectionIds } from './module-builder.ts';
export {
  laneMemoryOpcodes,
  type LaneMemoryOperation,
  laneOpcodes,
  type LaneOperation,
  memoryOpcodes,
  type MemoryOperation,
  plainOpcodes,
  type PlainOperation,
} from './opcodes.ts';
export {
  COMPONENT_HEADER,
  customSection,
  encodeSection,
  findCustomSection,
  isComponent,
  isModule,
  MODULE_HEADER,
  type Section,
  sectionBody,
  sectionsOf,
} from './sections.ts';
export { type FunctionType, type Limits, type ValueType, valueTypes } from './types.ts';
