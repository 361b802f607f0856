import { BoxerError } from '@boxer/foundation';

/** The kernel module is not where the build should have put it. */
export class MissingKernelError extends BoxerError {
  readonly code = 'KERNEL_MISSING';
  override readonly hint = 'Run the build of @boxer/kernel first.';

  constructor(path: string, cause: unknown) {
    super(`Cannot read ${path}: it has not been built`, { cause });
  }
}

/** The AssemblyScript compiler refused the sources. */
export class KernelBuildError extends BoxerError {
  readonly code = 'KERNEL_BUILD';
  override readonly hint = 'Mend the place that the message names in packages/kernel/assembly.';

  constructor(messages: string, cause: unknown) {
    super(`Cannot compile the kernel: ${messages.trim()}`, { cause });
  }
}
