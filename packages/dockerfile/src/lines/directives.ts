import { DockerfileError } from '../dockerfile-error.ts';
import { trimStart } from '../gotext/space.ts';
import { trimNewline } from './source-lines.ts';

/** The parser directives that exist. Any other name ends the directives. */
export type DirectiveName = 'syntax' | 'escape' | 'check';

/** The character that continues lines and takes the meaning from the next character. */
export type EscapeToken = '\\' | '`';

/** A directive comment at the top of the file: `# name=value`. */
export interface Directive {
  readonly name: DirectiveName;
  readonly value: string;
}

const DIRECTIVE = /^([A-Za-z][A-Za-z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*$/s;
const LONGEST_DIRECTIVE = 4096;

/**
 * Recognises directives in the lines it is shown, from the top of the file on. Ends at the first other line.
 *
 * @source buildkit, frontend/dockerfile/parser/directives.go
 */
export class DirectiveReader {
  readonly #seen = new Set<DirectiveName>();
  readonly #marker: string;
  #done = false;

  constructor(marker = '#') {
    this.#marker = marker;
  }

  /** True once a line was no directive. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * @param line - without line ending
   * @throws {@link DockerfileError} for a repeated directive
   */
  read(line: string): Directive | undefined {
    if (this.#done) return undefined;
    const match = this.#match(line);
    if (match === undefined) {
      this.#done = true;
      return undefined;
    }
    if (this.#seen.has(match.name)) {
      throw new DockerfileError('DOCKERFILE_SYNTAX', `only one ${match.name} parser directive can be used`);
    }
    this.#seen.add(match.name);
    return match;
  }

  #match(line: string): Directive | undefined {
    if (!line.startsWith(this.#marker) || line.length > LONGEST_DIRECTIVE) return undefined;
    const [, name = '', value = ''] = DIRECTIVE.exec(trimStart(line.slice(this.#marker.length))) ?? [];
    const known = name.toLowerCase();
    return isDirectiveName(known) ? { name: known, value } : undefined;
  }
}

/**
 * Finds one directive in a whole file. Unlike parsing, this skips a `#!` line and does not allow indentation.
 *
 * @returns the value, or undefined when absent or when another directive before it is wrong: parsing says so, with the line
 */
export function findDirective(name: DirectiveName, text: string): string | undefined {
  try {
    return firstDirective(name, text);
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

function firstDirective(name: DirectiveName, text: string): string | undefined {
  const reader = new DirectiveReader();
  const lines = text.replace(/^\uFEFF/, '').split('\n', 16);
  if (lines[0]?.startsWith('#!') === true) lines.shift();
  for (const line of lines) {
    const directive = reader.read(trimNewline(line));
    if (directive === undefined) return undefined;
    if (directive.name === name) return directive.value;
  }
  return undefined;
}

/** @throws {@link DockerfileError} when the value is neither backslash nor backtick */
export function parseEscapeToken(value: string): EscapeToken {
  if (value === '\\' || value === '`') return value;
  throw new DockerfileError('DOCKERFILE_SYNTAX', `invalid escape token '${value}' does not match \` or \\`);
}

function isDirectiveName(name: string): name is DirectiveName {
  return name === 'syntax' || name === 'escape' || name === 'check';
}
