import type { BuildEvent } from '@boxer/build';
import type { ProgressView } from './progress-view.ts';

/** One JSON object per line, an event each, for programs to read. */
export class JsonProgress implements ProgressView {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(event: BuildEvent): void {
    this.#write(`${JSON.stringify(event)}\n`);
  }

  close(): void {}
}
