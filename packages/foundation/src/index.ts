export { BoxerError } from './boxer-error.ts';
export { cacheDirectory } from './cache-directory.ts';
export { type Digest, Digester, digestOf, isDigest, parseDigest } from './digest.ts';
export { type Logger, silentLogger } from './logger.ts';
export {
  formatLocation,
  type SourceLocation,
  type SourcePosition,
  type SourceRange,
} from './source-range.ts';
