import { BoxerError } from '@boxer/foundation';

/** The component does not fit the runner: it imports something no box may have, or lacks a part. */
export class ComponentLinkError extends BoxerError {
  readonly code = 'RUN_LINK';
  override readonly hint = 'Build the image again with this version of Boxer.';

  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot link component ${path}: ${why}`, options);
  }
}

/** The host gives this process too few addresses: each memory of a box reserves several GiB of them. */
export class AddressSpaceError extends BoxerError {
  readonly code = 'RUN_ADDRESS_SPACE';
  override readonly hint = 'Raise the limit on address space: ulimit -v unlimited.';

  constructor(options: { cause: unknown }) {
    super('Cannot start the box: no address space is left for its memory', options);
  }
}

/** A host directory that the policy grants cannot be opened. */
export class MountUnavailableError extends BoxerError {
  readonly code = 'RUN_MOUNT';
  override readonly hint = 'Create the directory, or correct the mount.';

  constructor(host: string, guest: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot mount ${host} at ${guest}: ${why}`, { cause });
  }
}

/** The box did what no correct kernel does: a Wasm trap, a pointer outside its memory, a handle it does not own. */
export class BoxTrapError extends BoxerError {
  readonly code = 'RUN_TRAP';
  override readonly hint =
    'Please report this with the image: it is a fault of Boxer, not of the program inside.';

  constructor(why: string, options?: { cause?: unknown }) {
    super(`Cannot continue the box: ${why}`, options);
  }
}

/** The runner itself is not built: tests run from sources, workers need JavaScript. */
export class RunnerNotBuiltError extends BoxerError {
  readonly code = 'RUN_NOT_BUILT';
  override readonly hint = 'Run `npm start` or `npm test` once in the checkout.';

  constructor(path: string) {
    super(`Cannot start a box: ${path} is missing`);
  }
}
