export {
  type Append,
  replaceFile,
  replaceFileSync,
  TEMPORARY_FILE,
  writeAtomically,
  writeFileAtomically,
  type WriteOptions,
  type WrittenFile,
} from './atomic-file.ts';
export { BoxerError } from './boxer-error.ts';
export { cacheDirectory } from './cache-directory.ts';
export { type Digest, Digester, digestOf, isDigest, parseDigest } from './digest.ts';
export { exitCodes } from './exit-codes.ts';
export { isAlive } from './is-alive.ts';
export { isErrno } from './is-errno.ts';
export { type KeptEntry, leastRecentlyUsed } from './least-recently-used.ts';
export { type Logger, silentLogger } from './logger.ts';
export { makeDirectories } from './make-directories.ts';
export {
  formatLocation,
  type SourceLocation,
  type SourcePosition,
  type SourceRange,
} from './source-range.ts';
export { suggest, withSuggestion } from './suggest.ts';
