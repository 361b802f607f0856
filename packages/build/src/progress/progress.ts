import type { LintWarning } from '@boxer/dockerfile';
import { BuildCanceledError } from '../errors/build-canceled-error.ts';
import type { OnBuildEvent } from './build-event.ts';

/** One line of progress while it is under way. */
export interface Job {
  output(stream: 'stdout' | 'stderr', text: string): void;
  transferred(what: string, bytes: number, totalBytes?: number): void;
  /** Says that the result was at hand; the job ends as cached instead of done. */
  cached(): void;
}

/** Numbers the jobs of one build and reports them. */
export class Progress {
  readonly #report: OnBuildEvent;
  readonly #startedAt = performance.now();
  #jobs = 0;

  constructor(report: OnBuildEvent = () => {}) {
    this.#report = report;
  }

  warning(file: string, warning: LintWarning): void {
    this.#report({ type: 'warning', file, warning, atMs: this.#now() });
  }

  /** Runs `work` as a job, and reports how it ended. */
  async job<T>(title: string, work: (job: Job) => Promise<T>): Promise<T> {
    const job = ++this.#jobs;
    let cached = false;
    this.#report({ type: 'started', job, title, atMs: this.#now() });
    try {
      const result = await work({
        output: (stream, text) => this.#report({ type: 'output', job, stream, text, atMs: this.#now() }),
        transferred: (what, bytes, totalBytes) =>
          this.#report({ type: 'transferred', job, what, bytes, totalBytes, atMs: this.#now() }),
        cached: () => {
          cached = true;
        },
      });
      this.#report({ type: cached ? 'cached' : 'done', job, atMs: this.#now() });
      return result;
    } catch (error) {
      if (isCancellation(error)) {
        this.#report({ type: 'canceled', job, atMs: this.#now() });
        throw error;
      }
      const message = error instanceof Error ? error.message : String(error);
      this.#report({ type: 'failed', job, message, atMs: this.#now() });
      throw error;
    }
  }

  #now(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

/** Node's own functions reject with an AbortError when their signal is aborted. */
function isCancellation(error: unknown): boolean {
  return error instanceof BuildCanceledError || (error instanceof Error && error.name === 'AbortError');
}
