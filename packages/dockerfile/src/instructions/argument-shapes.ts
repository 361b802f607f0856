import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import { isSpace, trimStart } from '../gotext/space.ts';
import type { EscapeToken } from '../lines/directives.ts';
import { splitWords } from './argument-words.ts';
import { INSTRUCTION_BLANKS } from './split-instruction.ts';

/** Arguments of an instruction after splitting. */
export interface Arguments {
  readonly args: readonly string[];
  readonly json: boolean;
}

/** Splits the text after the flags in one instruction's own way. */
export type ArgumentShape = (rest: string, escapeToken: EscapeToken) => Arguments;

/** The whole rest as one argument: WORKDIR, USER, … */
export const oneString: ArgumentShape = (rest) => plain(rest === '' ? [] : [rest]);

/** Split at blanks; quotes mean nothing: FROM, EXPOSE. */
export const blankSeparated: ArgumentShape = (rest) =>
  plain(rest === '' ? [] : rest.split(INSTRUCTION_BLANKS));

/** Split at blanks outside quotes: ARG. */
export const quotedWords: ArgumentShape = (rest, escapeToken) => plain(splitWords(rest, escapeToken));

/** A JSON array of strings, or the whole rest as one argument: RUN, CMD, … */
export const jsonOrString: ArgumentShape = (rest, escapeToken) =>
  parseJson(rest) ?? oneString(rest, escapeToken);

/** A JSON array of strings, or split at blanks: COPY, ADD, VOLUME. */
export const jsonOrBlankSeparated: ArgumentShape = (rest, escapeToken) =>
  parseJson(rest) ?? blankSeparated(rest, escapeToken);

/** A word, then what {@link jsonOrString} takes: HEALTHCHECK. */
export const wordThenCommand: ArgumentShape = (rest, escapeToken) => {
  let end = 0;
  while (end < rest.length && !isSpace(rest.charAt(end))) end++;
  if (end === 0) return plain([]);
  const command = jsonOrString(trimStart(rest.slice(end)), escapeToken);
  return { args: [rest.slice(0, end), ...command.args], json: command.json };
};

/**
 * `name=value …`, or the older `name value`, as triples of name, value and separator: ENV, LABEL.
 *
 * @param keyword - upper case, for the message
 */
export function nameValuePairs(keyword: string): ArgumentShape {
  return (rest, escapeToken) => {
    const words = splitWords(rest, escapeToken);
    const [first] = words;
    if (first === undefined) return plain([]);
    if (!first.includes('=')) return plain(legacyPair(keyword, rest));
    return plain(words.flatMap(pair));
  };
}

function pair(word: string): readonly string[] {
  const equals = word.indexOf('=');
  if (equals === -1) {
    const message = `Syntax error - can't find = in ${goQuote(word)}. Must be of the form: name=value`;
    throw new DockerfileError('DOCKERFILE_SYNTAX', message);
  }
  return [word.slice(0, equals), word.slice(equals + 1), '='];
}

function legacyPair(keyword: string, rest: string): readonly string[] {
  const blank = INSTRUCTION_BLANKS.exec(rest);
  if (blank === null) throw new DockerfileError('DOCKERFILE_SYNTAX', `${keyword} must have two arguments`);
  return [rest.slice(0, blank.index), rest.slice(blank.index + blank[0].length), ''];
}

/** @returns undefined when the text is not a JSON array, and so means something else */
function parseJson(rest: string): Arguments | undefined {
  if (!trimStart(rest).startsWith('[')) return undefined;
  const parsed = tryParse(trimStart(rest));
  if (!Array.isArray(parsed)) return undefined;
  const args = parsed.map((element: unknown) => {
    if (typeof element === 'string') return toWellFormed(element);
    throw new DockerfileError(
      'DOCKERFILE_SYNTAX',
      'when using JSON array syntax, arrays must be comprised of strings only',
    );
  });
  return { args, json: true };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Go replaces halves of surrogate pairs when it decodes JSON. */
function toWellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\uFFFD');
}

function plain(args: readonly string[]): Arguments {
  return { args, json: false };
}
