import type { Readable } from 'node:stream';
import type { ControlBlock } from '../control/control-block.ts';

/** Moves a stream into the control block, only as far as the box asks. */
export class InputPump {
  readonly #open: () => Readable;
  readonly #control: ControlBlock;
  #stream: Readable | undefined;
  #left: Uint8Array = new Uint8Array(0);
  #wanted = false;
  #ended = false;

  /** @param open - opens the stream when the box first asks: a box that never reads leaves it untouched */
  constructor(open: () => Readable, control: ControlBlock) {
    this.#open = open;
    this.#control = control;
  }

  /** The box wants input and has none left. */
  request(): void {
    this.#wanted = true;
    if (this.#stream === undefined) {
      const stream = this.#open();
      this.#stream = stream;
      stream.on('readable', this.#pump);
      stream.on('end', this.#end);
      stream.on('close', this.#end);
      stream.on('error', this.#end);
    }
    this.#pump();
  }

  /** Stops reading and lets the process end. */
  stop(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    stream.off('readable', this.#pump);
    stream.off('end', this.#end);
    stream.off('close', this.#end);
    stream.pause();
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }

  readonly #pump = (): void => {
    while (this.#wanted) {
      if (this.#left.length === 0) {
        const chunk: unknown = this.#stream?.read();
        if (chunk === null || chunk === undefined) break;
        this.#left = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      }
      const n = this.#control.putInput(this.#left);
      this.#left = this.#left.subarray(n);
      if (n > 0) this.#wanted = false;
    }
    this.#finish();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#finish();
  };

  #finish(): void {
    if (this.#ended && this.#left.length === 0) this.#control.endInput();
  }
}
