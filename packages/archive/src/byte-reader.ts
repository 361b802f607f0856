/** Reads exact amounts from a stream of chunks, without copying more than it must. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes consumed so far. */
  get position(): number {
    return this.#position;
  }

  /**
   * Reads `length` bytes.
   *
   * @returns fewer only when the stream ends first
   */
  async read(length: number): Promise<Uint8Array> {
    if (this.#chunk.byteLength >= length) return this.#take(length);
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0 && (await this.#fill())) {
      const part = this.#take(Math.min(missing, this.#chunk.byteLength));
      parts.push(part);
      missing -= part.byteLength;
    }
    return Buffer.concat(parts);
  }

  /** Reads what is at hand, at most `limit` bytes; empty only at the end of the stream. */
  async readSome(limit: number): Promise<Uint8Array> {
    await this.#fill();
    return this.#take(Math.min(limit, this.#chunk.byteLength));
  }

  /** Reads to the end, so that whoever verifies the stream sees all of it. */
  async drain(): Promise<void> {
    while (await this.#fill()) this.#take(this.#chunk.byteLength);
  }

  /** Ends the source early. */
  async cancel(): Promise<void> {
    this.#ended = true;
    this.#chunk = new Uint8Array(0);
    await this.#source.return?.();
  }

  #take(length: number): Uint8Array {
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    this.#position += length;
    return taken;
  }

  /** @returns whether bytes are at hand */
  async #fill(): Promise<boolean> {
    while (this.#chunk.byteLength === 0 && !this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else this.#chunk = next.value;
    }
    return this.#chunk.byteLength > 0;
  }
}
