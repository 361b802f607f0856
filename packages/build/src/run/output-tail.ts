import { StringDecoder } from 'node:string_decoder';

const KEPT_LINES = 20;
const KEPT_CHARACTERS = 16 * 1024;

/** Decodes what a command writes, and keeps the last lines for the error message. */
export class OutputTail {
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  #text = '';

  /** @returns the bytes as text; characters that are not complete yet come with the next ones */
  push(stream: 'stdout' | 'stderr', bytes: Uint8Array): string {
    const text = this.#decoders[stream].write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#text = (this.#text + text).slice(-KEPT_CHARACTERS);
    return text;
  }

  lines(): string[] {
    return this.#text.replace(/\n$/, '').split('\n').slice(-KEPT_LINES);
  }
}
