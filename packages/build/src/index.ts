export type { BuildOptions, BuildOutput, BuildResult, SecretSource } from './build-options.ts';
export { buildImage, checkDockerfile, type CheckResult } from './build-image.ts';
export type { BuildEvent, OnBuildEvent } from './progress/build-event.ts';
export type { LintWarning } from '@boxer/dockerfile';
