import { DockerfileError } from '../dockerfile-error.ts';
import { GlobMatcher } from '../glob/glob-matcher.ts';
import type { GlobToken } from '../glob/glob-token.ts';

const notLineFeed = (character: string): boolean => character !== '\n';

const ANY: GlobToken = { kind: 'one', accepts: notLineFeed };
const ANY_NUMBER: GlobToken = { kind: 'repeat', accepts: notLineFeed };

/**
 * Compiles a pattern of `${name#pattern}` and its relatives: `*` and `?`, which a backslash makes literal.
 * A backslash before `/` or `}` only protects these from ending the pattern.
 *
 * @throws {@link DockerfileError} for a backslash before anything else
 * @source buildkit, frontend/dockerfile/shell/lex.go, convertShellPatternToRegex
 */
export function compileShellPattern(pattern: string): readonly GlobToken[] {
  const tokens: GlobToken[] = [];
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    if (character === '*') tokens.push(ANY_NUMBER);
    else if (character === '?') tokens.push(ANY);
    else if (character !== '\\') tokens.push({ kind: 'literal', character });
    else if (characters[i + 1] !== '/' && characters[i + 1] !== '}') {
      i++;
      tokens.push({ kind: 'literal', character: escapedCharacter(characters[i]) });
    }
  }
  return tokens;
}

/** Cuts the shortest or longest match of `pattern` off the start of `value`. */
export function trimPrefix(pattern: string, value: string, want: 'shortest' | 'longest'): string {
  const matcher = new GlobMatcher(compileShellPattern(pattern));
  const characters = Array.from(value);
  const end = matcher.matchEnd(characters, 0, want);
  return end === undefined ? value : characters.slice(end).join('');
}

/** Cuts the shortest or longest match of `pattern` off the end of `value`. */
export function trimSuffix(pattern: string, value: string, want: 'shortest' | 'longest'): string {
  const matcher = new GlobMatcher(compileShellPattern(pattern).toReversed());
  const characters = Array.from(value);
  const length = matcher.matchEnd(characters.toReversed(), 0, want);
  return length === undefined ? value : characters.slice(0, characters.length - length).join('');
}

/** Replaces the first match of `pattern`; of several that begin there, the longest. */
export function replaceFirst(pattern: string, value: string, replacement: string): string {
  const characters = Array.from(value);
  const [match] = findMatches(pattern, characters, 1);
  if (match === undefined) return value;
  return characters.slice(0, match.start).join('') + replacement + characters.slice(match.end).join('');
}

/** Replaces all matches of `pattern`. In the replacement `$0` is the match, `$$` a dollar sign, `$name` nothing. */
export function replaceAll(pattern: string, value: string, replacement: string): string {
  const characters = Array.from(value);
  let result = '';
  let copied = 0;
  for (const { start, end } of findMatches(pattern, characters, Infinity)) {
    result += characters.slice(copied, start).join('');
    result += expandTemplate(replacement, characters.slice(start, end).join(''));
    copied = end;
  }
  return result + characters.slice(copied).join('');
}

interface Match {
  readonly start: number;
  readonly end: number;
}

/** Leftmost longest matches that do not overlap; an empty one may not touch the match before it. */
function findMatches(pattern: string, characters: readonly string[], limit: number): readonly Match[] {
  const tokens = compileShellPattern(pattern);
  const matcher = new GlobMatcher(tokens);
  const canStart = possibleStarts(tokens, characters);
  const matches: Match[] = [];
  let previousEnd = -1;
  for (let start = 0; start <= characters.length && matches.length < limit; start++) {
    if (canStart[start] !== 1) continue;
    const end = matcher.matchEnd(characters, start, 'longest');
    if (end === undefined || (end === start && start === previousEnd)) continue;
    matches.push({ start, end });
    previousEnd = end;
    if (end > start) start = end - 1;
  }
  return matches;
}

/** Marks the positions where some match begins, found by running the reversed pattern from every end at once. */
function possibleStarts(tokens: readonly GlobToken[], characters: readonly string[]): Uint8Array {
  const backwards: readonly GlobToken[] = [{ kind: 'repeat', accepts: () => true }, ...tokens.toReversed()];
  const starts = new Uint8Array(characters.length + 1);
  for (const end of new GlobMatcher(backwards).ends(characters.toReversed()))
    starts[characters.length - end] = 1;
  return starts;
}

/** @source Go, regexp.Expand */
function expandTemplate(template: string, match: string): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    return Number(braced ?? bare) === 0 ? match : '';
  });
}

function escapedCharacter(character: string | undefined): string {
  if (character === '*' || character === '?' || character === '\\') return character;
  throw new DockerfileError('DOCKERFILE_EXPANSION', `invalid escape '\\${character ?? '\uFFFD'}'`);
}
