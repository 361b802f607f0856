import { readFile } from 'node:fs/promises';
import { BoxerError } from '@boxer/foundation';

/** Boxer itself was not built: the wrapped kernel is missing. */
export class SkeletonMissingError extends BoxerError {
  readonly code = 'COMPONENT_SKELETON_MISSING';
  override readonly hint = 'Run `npm start` or `npm test` once in the checkout.';

  constructor(cause: unknown) {
    super('Cannot load the wrapped kernel: this checkout of Boxer is not built', { cause });
  }
}

/** The kernel wrapped as a component, made when Boxer was built. */
export async function loadSkeleton(): Promise<Uint8Array> {
  try {
    return await readFile(new URL('../dist/skeleton.wasm', import.meta.url));
  } catch (cause) {
    throw new SkeletonMissingError(cause);
  }
}
