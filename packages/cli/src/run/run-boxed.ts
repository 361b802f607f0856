import type { RunArguments } from './parse-run-arguments.ts';

/** Bound to the runner below. */
export async function runBoxed(_request: RunArguments): Promise<number> {
  throw new Error('the runner is not bound yet');
}
