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
  CopySource,
  CopyStep,
  FileOwner,
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
export { parseGitContext } from './plan/git-source.ts';
export { planBuild } from './plan/plan-build.ts';
export { resolveBuild } from './plan/resolve-build.ts';
export { IgnoreMatcher } from './ignore/ignore-matcher.ts';
export { parseIgnoreFile } from './ignore/parse-ignore-file.ts';
export { parseByteSize } from './gotext/byte-size.ts';
export { parseDuration } from './gotext/duration.ts';
export { hasPathWildcards, PathPattern } from './glob/path-pattern.ts';
export { formatPlatform, parsePlatform, type Platform } from './platform/platform.ts';
