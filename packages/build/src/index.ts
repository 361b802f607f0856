export type { BuildOptions, BuildOutput, BuildResult, SecretSource } from './build-options.ts';
export { defaultCacheDirectory } from './cache/cache-directory.ts';
export type { BuildEvent, OnBuildEvent } from './progress/build-event.ts';
