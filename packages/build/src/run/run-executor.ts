import type { RunStep } from '@boxer/dockerfile';
import type { Spool, Tree } from '@boxer/fsimage';
import type { Job } from '../progress/progress.ts';

/** What one execution works with. */
export interface RunWorkspace {
  readonly job: Job;
  /** Takes the contents of files that the command made. */
  readonly spool: Spool;
}

/** Executes RUN. */
export interface RunExecutor {
  /** @returns everything that the outcome depends on besides the filesystem before, for the cache key */
  inputs(step: RunStep): Promise<readonly unknown[]>;
  /**
   * Executes the command in a box.
   *
   * @param before - the stage's filesystem; not changed
   * @returns the filesystem as the command left it
   */
  execute(step: RunStep, before: Tree, working: RunWorkspace): Promise<Tree>;
}
