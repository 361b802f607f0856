import { DockerfileError, IgnoreMatcher, PathPattern } from '@boxer/dockerfile';

/** @returns what tells whether a name matches one path segment; a malformed pattern matches nothing, as in BuildKit */
export function compileGlob(pattern: string): (name: string) => boolean {
  try {
    const compiled = new PathPattern(pattern);
    return (name) => compiled.matches(name);
  } catch (error) {
    if (error instanceof DockerfileError) return () => false;
    throw error;
  }
}

/** Compiles patterns in `.dockerignore` syntax. A path matches when it, or a directory above it, does. */
export function compilePatterns(patterns: readonly string[]): IgnoreMatcher {
  return new IgnoreMatcher(patterns);
}
