import type { BuildEvent } from '@boxer/build';
import { formatBytes, formatSeconds, withoutControls } from './format.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProgressView } from './progress-view.ts';

interface PlainJob {
  readonly startedMs: number;
  readonly lines: Record<'stdout' | 'stderr', LineSplitter>;
  /** When a transfer was last written, so that it is not written for each chunk. */
  transferMs: number;
}

/** Shortest time between two lines about one transfer. */
const TRANSFER_INTERVAL_MS = 2000;

/**
 * One line per event, as BuildKit's plain form: `#5 [build 2/4] RUN …`, `#5 0.213 output`, `#5 DONE 0.3s`.
 *
 * @source moby/buildkit util/progress/progressui/printer.go
 */
export class PlainProgress implements ProgressView {
  readonly #write: (text: string) => void;
  readonly #jobs = new Map<number, PlainJob>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(event: BuildEvent): void {
    switch (event.type) {
      case 'started':
        this.#jobs.set(event.job, {
          startedMs: event.atMs,
          lines: { stdout: new LineSplitter(), stderr: new LineSplitter() },
          transferMs: event.atMs,
        });
        this.#line(event.job, withoutControls(event.title));
        break;
      case 'output':
        this.#output(
          event.job,
          event.atMs,
          this.#jobs.get(event.job)?.lines[event.stream].push(event.text) ?? [],
        );
        break;
      case 'transferred':
        this.#transferred(event);
        break;
      case 'cached':
        this.#end(event.job, event.atMs, 'CACHED');
        break;
      case 'canceled':
        this.#end(event.job, event.atMs, 'CANCELED');
        break;
      case 'done':
        this.#end(event.job, event.atMs, `DONE ${formatSeconds(event.atMs - this.#startOf(event.job))}`);
        break;
      case 'failed':
        this.#end(event.job, event.atMs, `ERROR: ${withoutControls(event.message)}`);
        break;
      case 'warning':
        break;
    }
  }

  close(): void {}

  #transferred(event: Extract<BuildEvent, { type: 'transferred' }>): void {
    const job = this.#jobs.get(event.job);
    const isComplete = event.bytes === event.totalBytes;
    if (job === undefined || (!isComplete && event.atMs - job.transferMs < TRANSFER_INTERVAL_MS)) return;
    job.transferMs = event.atMs;
    const total = event.totalBytes === undefined ? '' : ` / ${formatBytes(event.totalBytes)}`;
    this.#line(event.job, `${event.what} ${formatBytes(event.bytes)}${total}`);
  }

  #end(job: number, atMs: number, verdict: string): void {
    const lines = this.#jobs.get(job)?.lines;
    this.#output(job, atMs, [...(lines?.stdout.end() ?? []), ...(lines?.stderr.end() ?? [])]);
    this.#line(job, verdict);
    this.#write('\n');
    this.#jobs.delete(job);
  }

  #output(job: number, atMs: number, lines: readonly string[]): void {
    const seconds = ((atMs - this.#startOf(job)) / 1000).toFixed(3);
    for (const line of lines) this.#line(job, `${seconds} ${withoutControls(line)}`);
  }

  #line(job: number, text: string): void {
    this.#write(`#${job} ${text}\n`);
  }

  #startOf(job: number): number {
    return this.#jobs.get(job)?.startedMs ?? 0;
  }
}
