export type {
  ContainerConfig,
  EmptyObject,
  Healthcheck,
  HistoryEntry,
  ImageConfig,
} from './config/image-config.ts';
export { DockerfileError, type DockerfileErrorCode, type DockerfilePlace } from './dockerfile-error.ts';
export type { LintWarning } from './lint/lint-warning.ts';
export type {
  BuildPlan,
  ExternalBase,
  PlannedStage,
  PlanOptions,
  ResolveBase,
  ResolvedBuild,
  ResolvedStage,
  StageBase,
} from './plan/build-plan.ts';
export type {
  BindMount,
  BuildStep,
  CacheMount,
  ConfigStep,
  CopyMode,
  CopyOwner,
  CopySource,
  CopyStep,
  FilesSource,
  FileSource,
  GitSource,
  HttpSource,
  InlineSource,
  ParentsPattern,
  RunMount,
  RunStep,
  ScriptMount,
  SecretMount,
  SshMount,
  StepCommon,
  TmpfsMount,
  WorkdirStep,
} from './plan/build-step.ts';
export { formatPlatform, parsePlatform, type Platform } from './plan/platform.ts';
