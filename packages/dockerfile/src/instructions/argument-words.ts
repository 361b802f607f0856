import { isSpace } from '../gotext/space.ts';
import type { EscapeToken } from '../lines/directives.ts';

/**
 * Splits at blanks outside quotes. Quotes and escapes are kept: they are removed when variables are expanded.
 *
 * @source buildkit, frontend/dockerfile/parser/line_parsers.go, parseWords
 */
export function splitWords(text: string, escapeToken: EscapeToken): readonly string[] {
  const words: string[] = [];
  let position = 0;
  for (;;) {
    while (position < text.length && isSpace(text.charAt(position))) position++;
    if (position >= text.length) return words;
    const { word, hasQuotes, end } = takeWord(text, position, escapeToken);
    if (hasQuotes || word !== '') words.push(word);
    position = end;
  }
}

function takeWord(
  text: string,
  start: number,
  escapeToken: EscapeToken,
): { word: string; hasQuotes: boolean; end: number } {
  let word = '';
  let quote = '';
  let hasQuotes = false;
  let position = start;
  while (position < text.length) {
    const character = text.charAt(position);
    if (quote === '' && isSpace(character)) break;
    if (character === escapeToken && quote !== "'") {
      // At the very end, an escape character just disappears.
      if (position + 1 < text.length) word += text.slice(position, position + 2);
      position += 2;
      continue;
    }
    if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      hasQuotes = true;
    } else if (character === quote) {
      quote = '';
    }
    word += character;
    position++;
  }
  return { word, hasQuotes, end: Math.min(position, text.length) };
}
