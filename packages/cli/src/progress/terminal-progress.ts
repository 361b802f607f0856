import type { BuildEvent } from '@boxer/build';
import { formatBytes, formatSeconds, withoutControls } from './format.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProgressView } from './progress-view.ts';

/** A terminal that lines are drawn on. */
export interface Terminal {
  readonly columns: number | undefined;
  write(text: string): unknown;
}

interface TerminalJob {
  readonly title: string;
  readonly startedMs: number;
  readonly streams: Record<'stdout' | 'stderr', LineSplitter>;
  /** Last lines of output, shown when the job fails. */
  readonly lines: string[];
  detail: string;
}

const KEPT_LINES = 10;
const CLEAR_LINE = '\r\u001b[K';
const colours = {
  dim: '\u001b[2m',
  red: '\u001b[31m',
  green: '\u001b[32m',
  cyan: '\u001b[36m',
  off: '\u001b[0m',
} as const;

/** One line per finished job, and one below that shows what is under way. */
export class TerminalProgress implements ProgressView {
  readonly #terminal: Terminal;
  readonly #jobs = new Map<number, TerminalJob>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(event: BuildEvent): void {
    if (event.type === 'started') {
      this.#jobs.set(event.job, {
        title: withoutControls(event.title),
        startedMs: event.atMs,
        streams: { stdout: new LineSplitter(), stderr: new LineSplitter() },
        lines: [],
        detail: '',
      });
    } else if (event.type !== 'warning') {
      this.#update(event);
    }
    this.#drawCurrent(event.atMs);
  }

  close(): void {
    this.#terminal.write(CLEAR_LINE);
  }

  #update(event: Exclude<BuildEvent, { type: 'started' | 'warning' }>): void {
    const job = this.#jobs.get(event.job);
    if (job === undefined) return;
    switch (event.type) {
      case 'output':
        job.lines.push(...job.streams[event.stream].push(event.text).map(withoutControls));
        job.lines.splice(0, job.lines.length - KEPT_LINES);
        job.detail = job.lines.at(-1) ?? '';
        return;
      case 'transferred': {
        const total = event.totalBytes === undefined ? '' : ` / ${formatBytes(event.totalBytes)}`;
        job.detail = `${formatBytes(event.bytes)}${total}`;
        return;
      }
      case 'cached':
        this.#finish(event.job, job.title, `${colours.cyan}CACHED${colours.off}`);
        return;
      case 'canceled':
        this.#finish(event.job, job.title, `${colours.dim}CANCELED${colours.off}`);
        return;
      case 'done':
        this.#finish(event.job, job.title, formatSeconds(event.atMs - job.startedMs));
        return;
      case 'failed':
        this.#finish(event.job, job.title, `${colours.red}ERROR${colours.off}`);
        for (const line of job.lines) this.#terminal.write(`   ${colours.dim}${line}${colours.off}\n`);
        return;
    }
  }

  #finish(id: number, title: string, verdict: string): void {
    this.#jobs.delete(id);
    this.#terminal.write(
      `${CLEAR_LINE}${colours.green}=>${colours.off} ${this.#fit(title, 12)}  ${verdict}\n`,
    );
  }

  #drawCurrent(atMs: number): void {
    const job = [...this.#jobs.values()].at(-1);
    if (job === undefined) return;
    const elapsed = formatSeconds(atMs - job.startedMs);
    const detail = job.detail === '' ? '' : `  ${job.detail}`;
    this.#terminal.write(`${CLEAR_LINE}   ${this.#fit(`${job.title}  ${elapsed}${detail}`, 4)}`);
  }

  /** A drawn line must not wrap, or it could not be cleared. */
  #fit(text: string, reserved: number): string {
    const room = Math.max(20, (this.#terminal.columns || 80) - reserved);
    return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
  }
}
