import { compilePathGlob } from './compile-path-glob.ts';
import { GlobMatcher } from './glob-matcher.ts';

/**
 * A source pattern of COPY and ADD. Wildcards never match a slash.
 *
 * @source Go, filepath.Match
 */
export class PathPattern {
  readonly #matcher: GlobMatcher;

  /** @throws {@link DockerfileError} when the pattern is malformed */
  constructor(pattern: string) {
    this.#matcher = new GlobMatcher(compilePathGlob(pattern, { doubleStar: false }));
  }

  /** @returns true when the pattern matches the whole path */
  matches(path: string): boolean {
    return this.#matcher.matchesAll(Array.from(path));
  }
}

/** @returns true when a path holds characters that {@link PathPattern} treats specially, backslash aside */
export function hasPathWildcards(path: string): boolean {
  return /[*?[]/.test(path.replace(/\\./gs, ''));
}
