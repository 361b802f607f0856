import { DockerfileError } from '../dockerfile-error.ts';

/** Largest length of one line in bytes, line feed not counted. @source Go, bufio.MaxScanTokenSize */
export const MAX_LINE_BYTES = 65_535;

const encoder = new TextEncoder();
const BYTE_ORDER_MARK = '\uFEFF';

/** Hands out a text line by line. Lines end with LF only; a CR stays part of its line. */
export class SourceLines {
  readonly #text: string;
  #offset: number;
  #number = 0;

  constructor(text: string) {
    this.#text = text;
    this.#offset = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  }

  /** Number of the line handed out last, from 1; 0 before the first. */
  get lineNumber(): number {
    return this.#number;
  }

  /**
   * @returns the next line with its line feed, or undefined at the end
   * @throws {@link DockerfileError} when the line is too long
   */
  next(): string | undefined {
    if (this.#offset >= this.#text.length) return undefined;
    const feed = this.#text.indexOf('\n', this.#offset);
    const end = feed === -1 ? this.#text.length : feed + 1;
    const line = this.#text.slice(this.#offset, end);
    this.#offset = end;
    this.#number++;
    if (isTooLong(line)) throw tooLong();
    return line;
  }
}

/** Drops all CR and LF at the end of a line. */
export function trimNewline(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === '\n' || line[end - 1] === '\r')) end--;
  return line.slice(0, end);
}

function isTooLong(line: string): boolean {
  if (line.length * 3 <= MAX_LINE_BYTES) return false;
  const content = line.endsWith('\n') ? line.slice(0, -1) : line;
  return encoder.encode(content).length > MAX_LINE_BYTES;
}

function tooLong(): DockerfileError {
  return new DockerfileError(
    'DOCKERFILE_SYNTAX',
    `dockerfile line greater than max allowed size of ${MAX_LINE_BYTES}`,
    {
      hint: 'Split the line with a continuation, or move its content into a file and COPY it.',
    },
  );
}
