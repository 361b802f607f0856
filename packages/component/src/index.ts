export {
  type BootConfiguration,
  bootEntries,
  bootFromImageConfig,
  encodeBootConfiguration,
  type StartConfig,
} from './boot-configuration.ts';
export { ComponentInvalidError, ComponentPartsError, ComponentUnreadableError } from './errors.ts';
export { type ComponentSummary, inspectComponent } from './inspect-component.ts';
export { loadSkeleton, SkeletonMissingError } from './load-skeleton.ts';
export type { ComponentMetadata, ImageMetadata, LayerRecord, PartRecord, PartRole } from './metadata.ts';
export type { ByteRange } from './read/byte-cursor.ts';
export {
  type CodeLocation,
  type ComponentLayout,
  type PayloadLocation,
  readComponent,
  readOpenComponent,
} from './read/read-component.ts';
export {
  type CodeModule,
  type ComponentParts,
  MAX_PROCESS_SLOTS,
  writeComponent,
} from './write/write-component.ts';
