import type { LintWarning } from '@boxer/dockerfile';

/**
 * What a build is doing, as it happens. A job is a line of progress: loading a file, pulling a base, executing one
 * instruction, exporting. Jobs are numbered from 1 in the order they start; times are milliseconds since the build began.
 */
export type BuildEvent =
  | { readonly type: 'started'; readonly job: number; readonly title: string; readonly atMs: number }
  | {
      readonly type: 'output';
      readonly job: number;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
      readonly atMs: number;
    }
  | {
      readonly type: 'transferred';
      readonly job: number;
      /** What is moved: a layer's digest, a URL. */
      readonly what: string;
      readonly bytes: number;
      readonly totalBytes: number | undefined;
      readonly atMs: number;
    }
  | { readonly type: 'cached'; readonly job: number; readonly atMs: number }
  | { readonly type: 'done'; readonly job: number; readonly atMs: number }
  /** Ended because something else failed, or the build was interrupted. */
  | { readonly type: 'canceled'; readonly job: number; readonly atMs: number }
  | { readonly type: 'failed'; readonly job: number; readonly message: string; readonly atMs: number }
  | { readonly type: 'warning'; readonly file: string; readonly warning: LintWarning; readonly atMs: number };

/** Receives events; must not throw. */
export type OnBuildEvent = (event: BuildEvent) => void;
