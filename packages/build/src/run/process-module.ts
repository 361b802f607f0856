import { BuildInputError } from '../errors/base-error.ts';

/** The generated process module, and the functions it imports. */
export interface ProcessModule {
  readonly processModule: Uint8Array;
  readonly supportModule: Uint8Array;
}

export async function loadProcessModule(): Promise<ProcessModule> {
  throw new BuildInputError('Cannot write a component: the process module is not built');
}
