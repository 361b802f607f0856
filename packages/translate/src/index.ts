export { type Artifact, artifactPath, artifacts, readArtifact } from './artifacts.ts';
export { MissingArtifactError, SupportBuildError } from './errors.ts';
export {
  buildProcessModule,
  generateProcessModule,
  type ProcessModuleOptions,
  type ProcessModuleStatistics,
} from './process/process-module.ts';
export type { CodeReader } from './translator/code-reader.ts';
export { buildDispatcherModule } from './translator/dispatcher-module.ts';
export { type HotPlace, translateHot } from './translator/translate-hot.ts';
export {
  type CodeEntry,
  type FunctionRequest,
  translateModule,
  type TranslatedModule,
} from './translator/translate-module.ts';
