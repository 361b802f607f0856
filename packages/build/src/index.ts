export type {
  BuildOptions,
  BuildOutput,
  BuildResult,
  RemoteContext,
  SecretSource,
  SshSource,
} from './build-options.ts';
export { buildImage, checkDockerfile, type CheckResult } from './build-image.ts';
export { isRemoteContext } from './context/remote-contexts.ts';
export type { BuildEvent, OnBuildEvent } from './progress/build-event.ts';
export type { LintWarning } from '@boxer/dockerfile';
