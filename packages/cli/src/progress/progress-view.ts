import type { BuildEvent } from '@boxer/build';

/** Shows a build while it runs. */
export interface ProgressView {
  show(event: BuildEvent): void;
  /** Leaves the terminal in order; no event comes after it. */
  close(): void;
}
