import { DockerfileError } from '../dockerfile-error.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';

/** A heredoc as announced by a word such as `<<EOF`. */
export interface HeredocMarker {
  /** The line that ends the body. */
  readonly name: string;
  /** File descriptor in front of `<<`; 0 when none is given. */
  readonly fileDescriptor: number;
  /** False when any part of the name is quoted. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are dropped from the body and its end. */
  readonly chomp: boolean;
}

/** A heredoc with its body, exactly as in the file. */
export interface Heredoc extends HeredocMarker {
  readonly content: string;
}

const HEREDOC = /^(\d*)<<(-?)[\t\n\f\r ]*([^<]*)$/;
const NO_VARIABLES = { get: () => undefined };

const nameLexer = new ShellLexer('\\', { skipUnsetEnv: true });
const rawNameLexer = new ShellLexer('\\', { skipUnsetEnv: true, rawQuotes: true });
const lineLexer = new ShellLexer('\\', { skipUnsetEnv: true, rawQuotes: true, rawEscapes: true });

/**
 * Reads one word as the start of a heredoc.
 *
 * @returns undefined when the word is something else
 * @throws {@link DockerfileError} when quotes in the name do not match
 * @source buildkit, frontend/dockerfile/parser/parser.go, ParseHeredoc
 */
export function parseHeredocMarker(word: string): HeredocMarker | undefined {
  const [, fileDescriptor = '', dash = '', rest = ''] = HEREDOC.exec(word) ?? [];
  if (rest === '') return undefined;

  const { words } = nameLexer.process(rest, NO_VARIABLES);
  const [name] = words;
  if (words.length !== 1 || name === undefined) return undefined;
  const [rawName = ''] = rawNameLexer.process(rest, NO_VARIABLES).words;
  return {
    name,
    fileDescriptor: Number(fileDescriptor),
    expand: countQuotes(name) === countQuotes(rawName),
    chomp: dash === '-',
  };
}

/** Like {@link parseHeredocMarker}, but a word with unmatched quotes is just not a heredoc. */
export function findHeredocMarker(word: string): HeredocMarker | undefined {
  try {
    return parseHeredocMarker(word);
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

/** Finds the heredocs that an instruction line announces, in order. */
export function heredocMarkersOfLine(line: string): readonly HeredocMarker[] {
  return wordsOfLine(line).flatMap((word) => parseHeredocMarker(word) ?? []);
}

/** Drops the leading tabs of every line. */
export function chompHeredoc(content: string): string {
  return content.replace(/^\t+/gm, '');
}

/** `<< EOF` is one word here. Lines whose quotes do not match hold no heredocs. */
function wordsOfLine(line: string): readonly string[] {
  if (!line.includes('<<')) return [];
  try {
    return joinDetachedNames(lineLexer.process(line, NO_VARIABLES).words);
  } catch (error) {
    if (error instanceof DockerfileError) return [];
    throw error;
  }
}

/** Joins `<<` and the word after it, as in `RUN << EOF`. */
function joinDetachedNames(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = words[i + 1];
    if (/^\d*<<-?$/.test(word) && next !== undefined) {
      joined.push(`${word} ${next}`);
      i++;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length - 1;
}
