export { type AotMode, aotModes, type AotOptions } from './aot/aot-options.ts';
export type {
  BuildOptions,
  BuildOutput,
  BuildResult,
  CacheOrigin,
  CacheTarget,
  RemoteContext,
  SecretSource,
  SshSource,
} from './build-options.ts';
export { buildImage, checkDockerfile, type CheckResult } from './build-image.ts';
export { type CacheEntry, type CacheEntryType, cacheEntryTypes } from './cache/cache-entry.ts';
export { listCache } from './cache/list-cache.ts';
export { pruneCache, type PruneOptions, type PruneResult } from './cache/prune-cache.ts';
export { isRemoteContext } from './context/remote-contexts.ts';
export type { BuildEvent, OnBuildEvent } from './progress/build-event.ts';
export { type LintWarning, parseByteSize, parseDuration } from '@boxer/dockerfile';
