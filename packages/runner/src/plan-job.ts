import { encodeBootConfiguration } from '@boxer/component';
import { assertSupported, BYTES_PER_MIB, grantedVariables } from '@boxer/policy';
import { bootOf } from './boot-overrides.ts';
import type { GuestJob } from './guest-job.ts';
import { compileComponent } from './link/compile-parts.ts';
import type { NativeCodeCache } from './native-code/native-code-cache.ts';
import type { StartOptions } from './run-options.ts';
import type { Wiring } from './wiring.ts';

/**
 * Reads and compiles the component, and decides what the box gets.
 *
 * @throws {@link ComponentInvalidError}, {@link ComponentUnreadableError}, {@link ComponentLinkError},
 *   {@link ConnectUnsupportedError}
 */
export function planJob(
  options: StartOptions,
  wiring: Wiring,
  { shared, code }: { readonly shared: SharedArrayBuffer; readonly code: NativeCodeCache },
): GuestJob {
  const { policy } = options;
  assertSupported(policy);
  const memoryBytes = policy.memoryMiB * BYTES_PER_MIB;
  const { layout, parts } = compileComponent(options.componentPath, memoryBytes, code);
  const boot = bootOf(layout.metadata.boot, options, wiring);
  const variables = grantedVariables(policy, options.hostEnvironment ?? process.env);
  return {
    ...wiring,
    parts,
    ...(options.payload === undefined ? {} : { payload: options.payload }),
    boot: encodeBootConfiguration(boot),
    environment: variables.map(({ name, value }) => [name, value] as const),
    mounts: policy.filesystem,
    memoryBytes,
    jit: (options.jit ?? (process.env['BOXER_JIT'] === '1' ? 'on' : 'off')) === 'on',
    maxOutputBytes: policy.maxOutputBytes,
    shared,
  };
}
