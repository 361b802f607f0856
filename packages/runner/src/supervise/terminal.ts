import type { ControlBlock } from '../control/control-block.ts';

const SIGWINCH = 28;

/** The terminal that this process runs in, while a box uses it. Whatever happens, it is left as it was found. */
export class Terminal {
  readonly #control: ControlBlock;
  readonly #restore = () => this.setRaw(false);
  readonly #resized = () => {
    this.#storeSize();
    this.#control.raise(SIGWINCH);
  };

  constructor(control: ControlBlock) {
    this.#control = control;
    this.#storeSize();
    process.on('exit', this.#restore);
    process.stdout.on('resize', this.#resized);
  }

  setRaw(raw: boolean): void {
    if (process.stdin.isTTY && process.stdin.isRaw !== raw) process.stdin.setRawMode(raw);
  }

  close(): void {
    process.stdout.off('resize', this.#resized);
    process.off('exit', this.#restore);
    this.setRaw(false);
  }

  #storeSize(): void {
    if (process.stdout.isTTY) this.#control.setWindowSize(process.stdout.columns, process.stdout.rows);
  }
}
