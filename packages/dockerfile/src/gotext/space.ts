/**
 * Blanks as Go sees them. Differs from JavaScript's `\s` in U+0085 (a blank) and U+FEFF (none).
 *
 * @source Go, unicode.IsSpace
 */
const GO_SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACE = new RegExp(`^[${GO_SPACE}]$`);
const LEADING = new RegExp(`^[${GO_SPACE}]+`);
const TRAILING_CHARACTER = new RegExp(`[${GO_SPACE}]`);

/** @returns true for one blank character */
export function isSpace(character: string): boolean {
  return SPACE.test(character);
}

/** Drops blanks at the start. */
export function trimStart(text: string): string {
  return text.replace(LEADING, '');
}

/** Drops blanks at the end; linear, where a `\s+$` pattern would be quadratic. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_CHARACTER.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Drops blanks at both ends. */
export function trimSpace(text: string): string {
  return trimEnd(trimStart(text));
}
