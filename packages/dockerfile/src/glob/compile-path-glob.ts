import { DockerfileError } from '../dockerfile-error.ts';
import type { GlobToken } from './glob-token.ts';

const notSlash = (character: string): boolean => character !== '/';

const ONE: GlobToken = { kind: 'one', accepts: notSlash };
const SEGMENT: GlobToken = { kind: 'repeat', accepts: notSlash };
const ANYTHING: GlobToken = { kind: 'repeat', accepts: () => true };
const DIRECTORIES: GlobToken = { kind: 'directories' };

/**
 * Compiles a path pattern: `*`, `?`, `[a-z]`, `[^a-z]` and backslash within a path segment.
 *
 * @param doubleStar - `**` also matches across segments, as in `.dockerignore`; otherwise it is like `*`
 * @throws {@link DockerfileError} for an unfinished or empty class and a trailing backslash
 * @source Go, filepath.Match; github.com/moby/patternmatcher
 */
export function compilePathGlob(
  pattern: string,
  { doubleStar }: { doubleStar: boolean },
): readonly GlobToken[] {
  const characters = Array.from(pattern);
  const tokens: GlobToken[] = [];
  let position = 0;
  while (position < characters.length) {
    const character = characters[position] ?? '';
    const { token, end } = tokenAt(characters, position, character, doubleStar);
    tokens.push(token);
    position = end;
  }
  return tokens;
}

function tokenAt(
  characters: readonly string[],
  position: number,
  character: string,
  doubleStar: boolean,
): { token: GlobToken; end: number } {
  const next = characters[position + 1];
  switch (character) {
    case '*':
      return doubleStar && next === '*'
        ? doubleStarAt(characters, position)
        : { token: SEGMENT, end: position + 1 };
    case '?':
      return { token: ONE, end: position + 1 };
    case '[':
      return classAt(characters, position + 1);
    case '\\':
      if (next === undefined) throw badPattern();
      return { token: { kind: 'literal', character: next }, end: position + 2 };
    default:
      return { token: { kind: 'literal', character }, end: position + 1 };
  }
}

/** A slash after `**` belongs to it: `**` + `/x` also matches `x`. */
function doubleStarAt(characters: readonly string[], position: number): { token: GlobToken; end: number } {
  const end = characters[position + 2] === '/' ? position + 3 : position + 2;
  return { token: end >= characters.length ? ANYTHING : DIRECTORIES, end };
}

/** @param start - position after `[` */
function classAt(characters: readonly string[], start: number): { token: GlobToken; end: number } {
  const negated = characters[start] === '^';
  const ranges: { low: string; high: string }[] = [];
  let position = negated ? start + 1 : start;
  while (characters[position] !== ']' || ranges.length === 0) {
    const low = classCharacterAt(characters, position);
    position = low.end;
    let high = low;
    if (characters[position] === '-') {
      high = classCharacterAt(characters, position + 1);
      position = high.end;
    }
    ranges.push({ low: low.character, high: high.character });
  }
  const accepts = (character: string): boolean =>
    character !== '/' && ranges.some(({ low, high }) => isBetween(character, low, high)) !== negated;
  return { token: { kind: 'one', accepts }, end: position + 1 };
}

function classCharacterAt(
  characters: readonly string[],
  position: number,
): { character: string; end: number } {
  const character = characters[position];
  if (character === undefined || character === '-' || character === ']') throw badPattern();
  if (character !== '\\') return { character, end: requireMore(characters, position + 1) };
  const escaped = characters[position + 1];
  if (escaped === undefined) throw badPattern();
  return { character: escaped, end: requireMore(characters, position + 2) };
}

/** A class is never at its end after one of its characters: `]` must follow. */
function requireMore(characters: readonly string[], position: number): number {
  if (position >= characters.length) throw badPattern();
  return position;
}

function isBetween(character: string, low: string, high: string): boolean {
  const codePoint = character.codePointAt(0) ?? 0;
  return (low.codePointAt(0) ?? 0) <= codePoint && codePoint <= (high.codePointAt(0) ?? 0);
}

function badPattern(): DockerfileError {
  return new DockerfileError('DOCKERIGNORE_PATTERN', 'syntax error in pattern', {
    hint: 'Close the [class], or escape the character with a backslash.',
  });
}
