import { cleanPath } from '../gotext/clean-path.ts';
import { trimSpace } from '../gotext/space.ts';

/**
 * Reads a `.dockerignore`. Lines that start with `#` are comments; a leading `/` means nothing.
 *
 * @returns patterns for {@link IgnoreMatcher}
 * @source github.com/moby/patternmatcher/ignorefile, ReadAll
 */
export function parseIgnoreFile(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line) => {
      const pattern = trimSpace(line);
      if (line.startsWith('#') || pattern === '') return [];
      return pattern.startsWith('!') ? [`!${normalize(trimSpace(pattern.slice(1)))}`] : [normalize(pattern)];
    });
}

function normalize(pattern: string): string {
  if (pattern === '') return '';
  const cleaned = cleanPath(pattern);
  return cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
}
