import { DockerfileError } from '../dockerfile-error.ts';
import { compilePathGlob } from '../glob/compile-path-glob.ts';
import { GlobMatcher } from '../glob/glob-matcher.ts';
import { cleanPath } from '../gotext/clean-path.ts';
import { trimSpace } from '../gotext/space.ts';

/** One line of a `.dockerignore`. */
export interface IgnorePattern {
  /** The line starts with `!`: what it matches is not ignored after all. */
  readonly isException: boolean;
  /** @param path - relative, without leading `/` */
  matches(path: string): boolean;
  /** Whether it could match something below a directory; false is certain. */
  mayMatchBelow(directory: string): boolean;
}

/**
 * Compiles one pattern.
 *
 * Patterns without wildcards other than one `**` at the start or end compare text, which makes `**log` match
 * `catalog`: the reference does so.
 *
 * @returns undefined for a blank pattern
 * @throws {@link DockerfileError} when the pattern is malformed
 * @source github.com/moby/patternmatcher, New and compile
 */
export function compileIgnorePattern(text: string): IgnorePattern | undefined {
  const trimmed = trimSpace(text);
  if (trimmed === '') return undefined;
  const cleaned = cleanPath(trimmed);
  const isException = cleaned.startsWith('!');
  if (cleaned === '!') {
    throw new DockerfileError('DOCKERIGNORE_PATTERN', 'illegal exclusion pattern: "!"', {
      hint: 'Put a pattern after the exclamation mark, or remove it.',
    });
  }
  const pattern = isException ? cleaned.slice(1) : cleaned;
  const tokens = compilePathGlob(pattern, { doubleStar: true });
  return {
    isException,
    matches: textComparison(pattern) ?? automaton(new GlobMatcher(tokens)),
    mayMatchBelow: prefixComparison(pattern),
  };
}

/** Compares a directory with the segments before the first wildcard, as far as both go. */
function prefixComparison(pattern: string): (directory: string) => boolean {
  const segments = pattern.split('/');
  const wild = segments.findIndex(hasWildcards);
  const prefix = wild === -1 ? segments : segments.slice(0, wild);
  return (directory) => {
    const names = directory.split('/');
    return prefix.every((segment, index) => index >= names.length || segment === names[index]);
  };
}

/** @returns undefined when the pattern needs more than comparing text */
function textComparison(pattern: string): ((path: string) => boolean) | undefined {
  if (!hasWildcards(pattern)) return (path) => path === pattern;
  if (pattern === '**') return () => true;
  if (pattern.startsWith('**') && !hasWildcards(pattern.slice(2))) {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  if (pattern.endsWith('**') && !hasWildcards(pattern.slice(0, -2))) {
    const prefix = pattern.slice(0, -2);
    return (path) => path.startsWith(prefix);
  }
  return undefined;
}

function automaton(matcher: GlobMatcher): (path: string) => boolean {
  return (path) => matcher.matchesAll(Array.from(path));
}

function hasWildcards(pattern: string): boolean {
  return /[*?[\]\\]/.test(pattern);
}
