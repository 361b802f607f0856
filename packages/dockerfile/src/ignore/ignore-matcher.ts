import { compileIgnorePattern, type IgnorePattern } from './ignore-pattern.ts';

/**
 * Decides which files of a context a `.dockerignore`, or `--exclude`, leaves out.
 *
 * A directory that is ignored can still hold files that are not, when there are exceptions (`!`).
 *
 * @source github.com/moby/patternmatcher, MatchesOrParentMatches
 */
export class IgnoreMatcher {
  readonly #patterns: readonly IgnorePattern[];

  /**
   * @param patterns - see {@link parseIgnoreFile}
   * @throws {@link DockerfileError} when one is malformed
   */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.flatMap((pattern) => compileIgnorePattern(pattern) ?? []);
  }

  /** True when some patterns start with `!`. */
  get hasExceptions(): boolean {
    return this.#patterns.some(({ isException }) => isException);
  }

  /** Whether something below an ignored directory may not be ignored; false spares looking into it. */
  mayExceptBelow(directory: string): boolean {
    return this.#patterns.some((pattern) => pattern.isException && pattern.mayMatchBelow(directory));
  }

  /**
   * Tells whether a path is ignored: the last pattern that matches it, or a directory it lies in, decides.
   *
   * @param path - relative to the context, separated by slashes
   */
  matches(path: string): boolean {
    const candidates = [path, ...parentsOf(path)];
    let ignored = false;
    for (const pattern of this.#patterns) {
      if (pattern.isException === ignored && candidates.some((candidate) => pattern.matches(candidate))) {
        ignored = !pattern.isException;
      }
    }
    return ignored;
  }
}

function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    parents.push(path.slice(0, slash));
  }
  return parents;
}
