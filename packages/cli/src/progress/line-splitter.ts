/** Cuts text that arrives in pieces into lines. */
export class LineSplitter {
  #rest = '';

  /** @returns the lines that are complete now, without their ends */
  push(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** @returns what came after the last line end, if anything */
  end(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}
