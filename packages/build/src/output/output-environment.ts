import type { Digest } from '@boxer/foundation';
import type { Policy } from '@boxer/policy';
import type { AotOptions } from '../aot/aot-options.ts';
import type { Job } from '../progress/progress.ts';

/** What writing needs from the build around it. */
export interface OutputEnvironment {
  readonly cacheDirectory: string;
  readonly workDirectory: string;
  readonly job: Job;
  /** What of a component is translated. */
  readonly aot: AotOptions;
  /** Budgets for what runs in boxes. */
  readonly policy: Policy;
  readonly signal: AbortSignal | undefined;
}

/** What was written, and how to name it. */
export interface WrittenOutput {
  readonly digest: Digest;
  readonly sizeBytes: number;
}
