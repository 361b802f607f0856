import type { BootConfiguration } from '@boxer/component';
import { BYTES_PER_MIB } from '@boxer/policy';
import type { Wiring } from './guest-job.ts';
import type { StartOptions } from './run-options.ts';

/**
 * The boot configuration of one run: the image's own, with what the user and the policy say.
 *
 * @source docs.docker.com, "docker container run": --entrypoint drops the image's CMD
 */
export function bootOf(
  image: BootConfiguration,
  options: StartOptions,
  wiring: Pick<Wiring, 'stdin' | 'changes'>,
): BootConfiguration {
  const { policy, entrypoint, args = [] } = options;
  const cmd = args.length > 0 || entrypoint !== undefined ? args : image.cmd;
  return {
    ...image,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(cmd === undefined ? {} : { cmd }),
    env: [...(image.env ?? []), ...(options.env ?? [])],
    ...(options.workdir === undefined ? {} : { cwd: options.workdir }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    memory: String(policy.memoryMiB * BYTES_PER_MIB),
    ...(policy.fuel === undefined ? {} : { fuel: String(policy.fuel) }),
    ...(options.strace ? { strace: '1' } : {}),
    ...(wiring.changes.kind === 'discard' ? {} : { export: '1' }),
    ...(wiring.stdin.kind === 'empty' ? { stdin: 'null' } : {}),
    mount: policy.filesystem.map(({ guest, mode }) => `${guest}:${mode}`),
    tmpfs: [...(image.tmpfs ?? []), ...policy.tmpfs],
    ...(policy.readonly ? { readonly: '1' } : {}),
  };
}
