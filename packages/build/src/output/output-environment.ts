import type { Digest } from '@boxer/foundation';
import type { Job } from '../progress/progress.ts';

/** What writing needs from the build around it. */
export interface OutputEnvironment {
  readonly cacheDirectory: string;
  readonly workDirectory: string;
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
}

/** What was written, and how to name it. */
export interface WrittenOutput {
  readonly digest: Digest;
  readonly sizeBytes: number;
}
