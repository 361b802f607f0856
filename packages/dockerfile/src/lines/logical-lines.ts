import type { SourceRange } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';
import { trimSpace, trimStart } from '../gotext/space.ts';
import { type Directive, DirectiveReader, type EscapeToken, parseEscapeToken } from './directives.ts';
import type { Heredoc, HeredocMarker } from './heredoc.ts';
import { SourceLines, trimNewline } from './source-lines.ts';

/** The lines of one instruction, joined; comments and blank lines in between are gone. */
export interface LogicalLine {
  readonly text: string;
  readonly startLine: number;
  readonly startColumn: number;
  /** Comments since the instruction before, without `#`. An empty comment starts over. */
  readonly comments: readonly string[];
  /** A line inside the instruction was blank. */
  readonly hasEmptyContinuation: boolean;
}

/**
 * Reads a Dockerfile as instructions: joins continued lines, drops comments, applies directives.
 *
 * @source buildkit, frontend/dockerfile/parser/parser.go, Parse
 */
export class LogicalLines {
  readonly #source: SourceLines;
  readonly #directiveReader = new DirectiveReader();
  readonly #directives: Directive[] = [];
  #escapeToken: EscapeToken = '\\';
  #comments: string[] = [];
  #column = 1;

  constructor(text: string) {
    this.#source = new SourceLines(text);
  }

  get escapeToken(): EscapeToken {
    return this.#escapeToken;
  }

  get directives(): readonly Directive[] {
    return this.#directives;
  }

  /** Number of the physical line read last. */
  get lineNumber(): number {
    return this.#source.lineNumber;
  }

  /** @returns the place from the start of a line to what was read last */
  rangeFrom(startLine: number, startColumn: number): SourceRange {
    return {
      start: { line: startLine, column: startColumn },
      end: { line: this.lineNumber, column: this.#column },
    };
  }

  /** @returns the next instruction's line, or undefined at the end */
  next(): LogicalLine | undefined {
    for (;;) {
      const raw = this.#read();
      if (raw === undefined) return undefined;
      const startLine = this.lineNumber;
      const content = this.#firstLine(raw);
      const { text, continues } = this.#splitContinuation(content);
      if (!continues && text === '') continue;

      const comments = this.#comments;
      this.#comments = [];
      const startColumn = raw.length - trimStart(raw).length + 1;
      const rest = continues ? this.#continuation() : { text: '', hasEmptyContinuation: false };
      return {
        text: text + rest.text,
        startLine,
        startColumn,
        comments,
        hasEmptyContinuation: rest.hasEmptyContinuation,
      };
    }
  }

  /**
   * Reads the body of a heredoc, which starts on the next line.
   *
   * @throws {@link DockerfileError} when its end is missing
   */
  readHeredoc(marker: HeredocMarker): Heredoc {
    const body: string[] = [];
    for (;;) {
      const line = this.#source.next();
      if (line === undefined) {
        throw new DockerfileError('DOCKERFILE_SYNTAX', 'unterminated heredoc', {
          hint: `End the heredoc with a line that holds only ${marker.name}.`,
        });
      }
      const end = trimNewline(line);
      this.#column = end.length + 1;
      if ((marker.chomp ? end.replace(/^\t+/, '') : end) === marker.name)
        return { ...marker, content: body.join('') };
      body.push(line);
    }
  }

  /** A physical line without its ending. */
  #read(): string | undefined {
    const line = this.#source.next();
    if (line === undefined) return undefined;
    const content = trimNewline(line);
    this.#column = content.length + 1;
    return content;
  }

  /** @returns the line without indentation; empty for a comment or directive */
  #firstLine(raw: string): string {
    const line = trimStart(raw);
    this.#noteDirective(line);
    if (!line.startsWith('#')) return line;
    const comment = trimSpace(line.slice(1));
    if (comment === '') this.#comments = [];
    else this.#comments.push(comment);
    return '';
  }

  #noteDirective(line: string): void {
    const directive = this.#directiveReader.read(line);
    if (directive === undefined) return;
    this.#directives.push(directive);
    if (directive.name === 'escape') this.#escapeToken = parseEscapeToken(directive.value);
  }

  #continuation(): { text: string; hasEmptyContinuation: boolean } {
    const parts: string[] = [];
    let hasEmptyContinuation = false;
    for (;;) {
      const line = this.#read();
      if (line === undefined) break;
      const unindented = trimStart(line);
      if (unindented.startsWith('#')) continue;
      if (unindented === '') {
        hasEmptyContinuation = true;
        continue;
      }
      const { text, continues } = this.#splitContinuation(line);
      parts.push(text);
      if (!continues) break;
    }
    return { text: parts.join(''), hasEmptyContinuation };
  }

  /** A final escape character, blanks after it allowed, continues the line, unless it is itself escaped. */
  #splitContinuation(line: string): { text: string; continues: boolean } {
    let end = line.length;
    while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
    const continues = line[end - 1] === this.#escapeToken && line[end - 2] !== this.#escapeToken;
    return continues ? { text: line.slice(0, end - 1), continues } : { text: line, continues };
  }
}
