import { isSpace, trimSpace } from '../gotext/space.ts';

/** An instruction line cut into keyword, flags and the rest. */
export interface SplitInstruction {
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly rest: string;
}

/** The blanks that separate words in an instruction. */
export const INSTRUCTION_BLANKS = /[\t\v\f\r ]+/;

/** @source buildkit, frontend/dockerfile/parser/split_command.go */
export function splitInstruction(line: string): SplitInstruction {
  const trimmed = trimSpace(line);
  const blank = INSTRUCTION_BLANKS.exec(trimmed);
  if (blank === null) return { keyword: trimmed, flags: [], rest: '' };
  const { flags, rest } = takeFlags(trimmed.slice(blank.index + blank[0].length));
  return { keyword: trimmed.slice(0, blank.index), flags, rest: trimSpace(rest) };
}

/** Takes leading words that start with `--`; a bare `--` ends them. */
function takeFlags(text: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let position = 0;
  for (;;) {
    while (position < text.length && isSpace(text.charAt(position))) position++;
    if (!text.startsWith('--', position)) return { flags, rest: text.slice(position) };
    const { word, quoted, end } = takeWord(text, position);
    position = end;
    if (word === '--') return { flags, rest: text.slice(position) };
    if (quoted || word !== '') flags.push(word);
  }
}

/** Reads up to the next blank outside quotes; removes quotes, and backslashes before any character. */
function takeWord(text: string, start: number): { word: string; quoted: boolean; end: number } {
  let word = '';
  let quoted = false;
  let quote = '';
  let position = start;
  for (; position < text.length; position++) {
    const character = text.charAt(position);
    if (character === '\\') {
      position++;
      word += text.charAt(position);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      quoted = true;
    } else if (isSpace(character)) {
      break;
    } else {
      word += character;
    }
  }
  return { word, quoted, end: position };
}
