import type { z } from 'zod';
import { limits } from './limits.ts';
import type { Mount as MountSchema, Policy as PolicySchema } from './schema.ts';

/** A host directory and where it appears in the box. */
export type Mount = z.output<typeof MountSchema>;

/** What a running box may reach. Everything absent is denied; see `docs/reference/policy.md` for each key. */
export type Policy = z.output<typeof PolicySchema>;

/**
 * The policy of a box for which nobody wrote one: no grants, the default memory cap. Equal to what the schema makes of
 * `version: 1` alone, and written out so that running a box need not load the schema.
 */
export const defaultPolicy: Policy = {
  version: 1,
  filesystem: [],
  environment: [],
  connect: [],
  memoryMiB: limits.defaultMemoryMiB,
  tmpfs: [],
  readonly: false,
};
