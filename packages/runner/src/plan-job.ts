import { encodeBootConfiguration } from '@boxer/component';
import { assertSupported, BYTES_PER_MIB, grantedVariables } from '@boxer/policy';
import { bootOf } from './boot-overrides.ts';
import { planCode, type PlannedCode } from './code/plan-code.ts';
import type { GuestJob, Wiring } from './guest-job.ts';
import { compileComponent } from './link/compile-parts.ts';
import type { NativeCodeCache } from './native-code/native-code-cache.ts';
import type { StartOptions } from './run-options.ts';

/** A job, and who supplies it with translated code. */
export interface PlannedJob {
  readonly job: GuestJob;
  readonly supply: PlannedCode['supply'];
}

/** What a job is planned for. */
export interface JobSurroundings {
  /** Of the control block. */
  readonly shared: SharedArrayBuffer;
  readonly code: NativeCodeCache;
  /** Whether there is a thread that can supply translated code while the box runs. */
  readonly withSupply: boolean;
}

/**
 * Reads and compiles the component, and decides what the box gets.
 *
 * @throws {@link ComponentInvalidError}, {@link ComponentUnreadableError}, {@link ComponentLinkError},
 *   {@link ConnectUnsupportedError}
 */
export function planJob(
  options: StartOptions,
  wiring: Wiring,
  { shared, code, withSupply }: JobSurroundings,
): PlannedJob {
  const { policy } = options;
  assertSupported(policy);
  const memoryBytes = policy.memoryMiB * BYTES_PER_MIB;
  const { layout, parts } = compileComponent(options.componentPath, memoryBytes, code);
  const boot = bootOf(layout.metadata.boot, options, wiring);
  const variables = grantedVariables(policy, options.hostEnvironment ?? process.env);
  const { plan, supply } = planCode(options, layout, withSupply);
  const job = {
    ...wiring,
    parts,
    ...(options.payload === undefined ? {} : { payload: options.payload }),
    boot: encodeBootConfiguration(boot),
    environment: variables.map(({ name, value }) => [name, value] as const),
    mounts: policy.filesystem,
    ownDirectories: [options.codeCacheDirectory ?? [], options.ownDirectories ?? []].flat(),
    memoryBytes,
    code: plan,
    repeatable: options.repeatable ?? options.training ?? false,
    training: options.training ?? false,
    maxOutputBytes: policy.maxOutputBytes,
    shared,
  };
  return { job, supply };
}
