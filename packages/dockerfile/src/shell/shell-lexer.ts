import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { EscapeToken } from '../lines/directives.ts';
import { replaceAll, replaceFirst, trimPrefix, trimSuffix } from './shell-pattern.ts';
import { WordCollector } from './word-collector.ts';

/** Where variables come from. */
export interface Variables {
  get(name: string): string | undefined;
}

/** What is left untouched. All default to false. */
export interface ShellLexerOptions {
  /** Keep quotes in the result. */
  readonly rawQuotes?: boolean;
  /** Keep escape characters in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes have no meaning. */
  readonly ignoreQuotes?: boolean;
  /** Leave references to unset variables as they are. */
  readonly skipUnsetEnv?: boolean;
}

/** What became of a word. */
export interface ShellResult {
  /** The word with quotes removed and variables expanded. */
  readonly text: string;
  /** The same, split at blanks outside quotes, after expansion. */
  readonly words: readonly string[];
  /** Names of variables that were set. */
  readonly matched: ReadonlySet<string>;
  /** Names of variables that were not set. */
  readonly unmatched: ReadonlySet<string>;
}

/** Most that variables may add to one word: doubling a variable line by line must not eat all memory. */
const MAX_EXPANDED_LENGTH = 4 * 1024 * 1024;
const MAX_NESTING = 200;
const SPECIAL_PARAMETERS = new Set(['@', '*', '#', '?', '-', '$', '!', '0']);
const DIGIT = /^\p{Nd}$/u;
const NAME_CHARACTER = /^[\p{L}\p{Nd}_]$/u;

/**
 * Removes quotes and expands variables as a Dockerfile means it, which is close to, but not, a POSIX shell.
 *
 * @source buildkit, frontend/dockerfile/shell/lex.go
 */
export class ShellLexer {
  constructor(
    readonly escapeToken: EscapeToken,
    readonly options: ShellLexerOptions = {},
  ) {}

  /** @throws {@link DockerfileError} for unmatched quotes, malformed `${}` and `${name:?message}` of an unset name */
  process(word: string, variables: Variables): ShellResult {
    try {
      return new Expansion(this, word, variables).run();
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
      const message = `failed to process ${goQuote(word)}: ${error.message}`;
      throw new DockerfileError(error.code, message, { hint: error.hint, cause: error });
    }
  }
}

/** One run of the lexer over one word, by recursive descent. */
class Expansion {
  readonly #characters: readonly string[];
  readonly #matched = new Set<string>();
  readonly #unmatched = new Set<string>();
  #position = 0;
  #nesting = 0;
  #expandedLength = 0;
  #rawEscapes: boolean;

  constructor(
    readonly lexer: ShellLexer,
    word: string,
    readonly variables: Variables,
  ) {
    this.#characters = Array.from(word);
    this.#rawEscapes = lexer.options.rawEscapes ?? false;
  }

  run(): ShellResult {
    const { text, words } = this.#until(undefined);
    return { text, words, matched: this.#matched, unmatched: this.#unmatched };
  }

  get #atEnd(): boolean {
    return this.#position >= this.#characters.length;
  }

  get #peek(): string | undefined {
    return this.#characters[this.#position];
  }

  #next(): string | undefined {
    return this.#characters[this.#position++];
  }

  /** Reads up to and with `stop`, or to the end when there is none. */
  #until(stop: string | undefined): { text: string; words: readonly string[] } {
    const collector = new WordCollector();
    for (;;) {
      const character = this.#peek;
      if (character === undefined) break;
      if (character === stop) {
        this.#position++;
        return collector.finish();
      }
      this.#piece(character, collector);
    }
    if (stop !== undefined) throw fail(`unexpected end of statement while looking for matching ${stop}`);
    return collector.finish();
  }

  /** Reads one quoted string, one reference, or one character. */
  #piece(character: string, collector: WordCollector): void {
    const quotes = this.lexer.options.ignoreQuotes !== true;
    if (character === '$') collector.addSplit(this.#dollar());
    else if (quotes && character === "'") collector.addWhole(this.#singleQuoted());
    else if (quotes && character === '"') collector.addWhole(this.#doubleQuoted());
    else {
      this.#position++;
      if (character === this.lexer.escapeToken) this.#escaped(character, collector);
      else collector.addSplit(character);
    }
  }

  #escaped(escape: string, collector: WordCollector): void {
    if (this.#rawEscapes) collector.addWhole(escape);
    const character = this.#next();
    if (character !== undefined) collector.addWhole(character);
  }

  #singleQuoted(): string {
    const start = ++this.#position;
    const end = this.#characters.indexOf("'", start);
    if (end === -1) {
      this.#position = this.#characters.length;
      throw fail('unexpected end of statement while looking for matching single-quote');
    }
    this.#position = end + 1;
    return this.#quoted("'", this.#characters.slice(start, end).join(''));
  }

  #doubleQuoted(): string {
    this.#position++;
    const parts: string[] = [];
    for (;;) {
      const character = this.#peek;
      if (character === undefined) {
        throw fail('unexpected end of statement while looking for matching double-quote');
      }
      if (character === '"') {
        this.#position++;
        return this.#quoted('"', parts.join(''));
      }
      if (character === '$') parts.push(this.#dollar());
      else parts.push(this.#doubleQuotedCharacter());
    }
  }

  /** Inside double quotes the escape works only before `"`, `$` and itself. */
  #doubleQuotedCharacter(): string {
    const character = this.#next() ?? '';
    const escape = this.lexer.escapeToken;
    if (character !== escape) return character;
    const kept = this.#rawEscapes ? escape : '';
    const next = this.#peek;
    if (next === undefined) return kept;
    if (next !== '"' && next !== '$' && next !== escape) return kept + escape;
    this.#position++;
    return kept + next;
  }

  #quoted(quote: string, text: string): string {
    return this.lexer.options.rawQuotes === true ? quote + text + quote : text;
  }

  #dollar(): string {
    this.#position++;
    if (this.#peek === '{') return this.#braced();
    const name = this.#name();
    if (name === '') return '$';
    const value = this.#lookUp(name);
    return value ?? (this.lexer.options.skipUnsetEnv === true ? `$${name}` : '');
  }

  #braced(): string {
    if (++this.#nesting > MAX_NESTING) throw fail('substitutions are nested too deeply');
    this.#position++;
    if (this.#atEnd) throw missingBrace();
    if (this.#peek === '{' || this.#peek === '}' || this.#peek === ':')
      throw fail('syntax error: bad substitution');
    const result = this.#substitution(this.#name());
    this.#nesting--;
    return result;
  }

  #substitution(name: string): string {
    const operator = this.#next();
    if (operator === undefined) throw missingBrace();
    if (operator === '}') return this.#plain(name);
    if (operator === '/') return this.#replace(name);
    if (operator === ':') return this.#modify(name, this.#next() ?? '\uFFFD', true);
    if ('+-?#%'.includes(operator)) return this.#modify(name, operator, false);
    throw unsupportedModifier(operator);
  }

  #plain(name: string): string {
    const value = this.#lookUp(name);
    return value ?? (this.lexer.options.skipUnsetEnv === true ? `\${${name}}` : '');
  }

  /** `${name-word}` and its relatives. @param colon - an empty value counts as unset */
  #modify(name: string, operator: string, colon: boolean): string {
    const word = this.#operand('}', operator === '#' || operator === '%', missingBrace());
    const operatorText = colon ? `:${operator}` : operator;
    const value = this.#lookUp(name);
    if (value === undefined && this.lexer.options.skipUnsetEnv === true)
      return `\${${name}${operatorText}${word}}`;
    const present = value !== undefined && !(colon && value === '');
    switch (operator) {
      case '-':
        return present ? value : word;
      case '+':
        return present ? word : '';
      case '?':
        if (present) return value;
        throw fail(
          `${name}: ${word === '' ? `is not allowed to be ${value === undefined ? 'unset' : 'empty'}` : word}`,
        );
      case '#':
      case '%':
        if (colon) throw unsupportedModifier(operatorText);
        return trim(operator, word, value ?? '');
      default:
        throw unsupportedModifier(operatorText);
    }
  }

  /** `${name/pattern/replacement}` and `${name//pattern/replacement}`. */
  #replace(name: string): string {
    const all = this.#peek === '/';
    if (all) this.#position++;
    const pattern = this.#operand('/', true, fail("syntax error: missing '/' in ${}"));
    const replacement = this.#operand('}', true, missingBrace());
    const value = this.#lookUp(name);
    if (value === undefined && this.lexer.options.skipUnsetEnv === true) {
      return `\${${name}/${pattern}/${replacement}}`;
    }
    return withPattern(pattern, () => (all ? replaceAll : replaceFirst)(pattern, value ?? '', replacement));
  }

  /** Reads an expanded operand; at the end of the text the error is `atEnd`. */
  #operand(stop: string, rawEscapes: boolean, atEnd: DockerfileError): string {
    const outer = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    try {
      return this.#until(stop).text;
    } catch (error) {
      throw error instanceof DockerfileError && this.#atEnd ? atEnd : error;
    } finally {
      this.#rawEscapes = outer;
    }
  }

  #name(): string {
    const first = this.#peek;
    if (first === undefined) return '';
    if (DIGIT.test(first)) return this.#takeWhile(DIGIT);
    if (!SPECIAL_PARAMETERS.has(first)) return this.#takeWhile(NAME_CHARACTER);
    this.#position++;
    return first;
  }

  #takeWhile(pattern: RegExp): string {
    const start = this.#position;
    while (!this.#atEnd && pattern.test(this.#peek ?? '')) this.#position++;
    return this.#characters.slice(start, this.#position).join('');
  }

  #lookUp(name: string): string | undefined {
    const value = this.variables.get(name);
    (value === undefined ? this.#unmatched : this.#matched).add(name);
    this.#expandedLength += value?.length ?? 0;
    if (this.#expandedLength > MAX_EXPANDED_LENGTH)
      throw fail('the values of the variables are longer than 4 MiB');
    return value;
  }
}

/** `#` and `%` cut the shortest match; doubled, the longest. */
function trim(operator: '#' | '%', word: string, value: string): string {
  const doubled = word.startsWith(operator);
  const pattern = doubled ? word.slice(1) : word;
  const cut = operator === '#' ? trimPrefix : trimSuffix;
  return withPattern(pattern, () => cut(pattern, value, doubled ? 'longest' : 'shortest'));
}

function withPattern(pattern: string, action: () => string): string {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw fail(`invalid pattern (${pattern}) in substitution: ${error.message}`);
  }
}

function missingBrace(): DockerfileError {
  return fail("syntax error: missing '}'");
}

function unsupportedModifier(modifier: string): DockerfileError {
  return fail(`unsupported modifier (${modifier}) in substitution`);
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_EXPANSION', message);
}
