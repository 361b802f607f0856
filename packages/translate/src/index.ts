export { type Artifact, artifactPath, artifacts, readArtifact } from './artifacts.ts';
export { InvalidPackError, MissingArtifactError, SupportBuildError } from './errors.ts';
export {
  type CodePack,
  type CodeRange,
  PACK_SECTION,
  PACK_VERSION,
  type PackEntry,
  packExports,
  type PackFunction,
  type PackInfo,
} from './pack/code-pack.ts';
export { functionsOf, type ReachedFunctions } from './pack/functions-of.ts';
export type { ExecutedPage } from './pack/hot-code.ts';
export { type PackedPage, pageHash } from './pack/page-hash.ts';
export { type PackPlan, planOf, rangeRow } from './pack/pack-plan.ts';
export { reachedBits, reachedCode, type ReachedPage } from './pack/reached-code.ts';
export { readPack } from './pack/read-pack.ts';
export { type HotCodeRequest, type PlacedPack, translateHotCode } from './pack/translate-hot-code.ts';
export { type PackRequest, translatePack } from './pack/translate-pack.ts';
export {
  buildProcessModule,
  generateProcessModule,
  type ProcessModuleOptions,
  type ProcessModuleStatistics,
} from './process/process-module.ts';
export type { CodeReader } from './translator/code-reader.ts';
export { type CodeEntry, translateModule, type TranslatedModule } from './translator/translate-module.ts';
export type { FunctionRequest } from './translator/region.ts';
