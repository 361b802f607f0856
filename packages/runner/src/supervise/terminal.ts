import { spawnSync } from 'node:child_process';
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
    // The box does so too once it has started; what is typed until then must not be echoed twice.
    if (process.stdout.isTTY && process.stdout.columns > 0 && process.stdout.rows > 0) this.setRaw(true);
  }

  /** In raw mode the box's own terminal does everything, down to turning "\n" into "\r\n". */
  setRaw(raw: boolean): void {
    if (!process.stdin.isTTY || process.stdin.isRaw === raw) return;
    process.stdin.setRawMode(raw);
    // Node's raw mode keeps output processing on, which would do that a second time; leaving raw mode puts all back.
    if (raw) spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
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
