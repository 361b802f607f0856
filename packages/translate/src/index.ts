export { type Artifact, artifactPath, artifacts, readArtifact } from './artifacts.ts';
export { MissingArtifactError, SupportBuildError } from './errors.ts';
export {
  buildProcessModule,
  generateProcessModule,
  type ProcessModuleOptions,
  type ProcessModuleStatistics,
} from './process/process-module.ts';
