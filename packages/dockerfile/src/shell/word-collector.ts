import { isSpace } from '../gotext/space.ts';

/** Collects expanded text both as one string and split into words. */
export class WordCollector {
  readonly #parts: string[] = [];
  readonly #words: string[] = [];
  #word = '';
  #inWord = false;

  /** Adds text whose blanks separate words. */
  addSplit(text: string): void {
    this.#parts.push(text);
    for (const character of text) {
      if (!isSpace(character)) {
        this.#word += character;
        this.#inWord = true;
      } else if (this.#inWord && this.#word !== '') {
        this.#endWord();
      }
    }
  }

  /** Adds text that stays within one word. */
  addWhole(text: string): void {
    this.#parts.push(text);
    this.#word += text;
    this.#inWord = true;
  }

  finish(): { text: string; words: readonly string[] } {
    if (this.#word !== '') this.#endWord();
    return { text: this.#parts.join(''), words: this.#words };
  }

  #endWord(): void {
    this.#words.push(this.#word);
    this.#word = '';
    this.#inWord = false;
  }
}
