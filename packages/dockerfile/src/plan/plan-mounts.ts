import { DockerfileError } from '../dockerfile-error.ts';
import { basename, cleanPath, joinPath } from '../gotext/clean-path.ts';
import { goQuote } from '../gotext/quote.ts';
import type { RunInstruction } from '../instructions/run.ts';
import { type MountFields, parseMount } from '../instructions/run-mount.ts';
import type { Reference } from '../stages/stage-references.ts';
import { externalFileSource } from './base-of.ts';
import type { FileSource, RunMount, SecretMount, SshMount } from './build-step.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { StagePlanner } from './stage-planner.ts';

const SECRET_MODE = 0o400;
const SSH_MODE = 0o600;

/**
 * Expands and resolves the `--mount` flags of RUN.
 *
 * @returns directories before what is mounted inside them, secrets and sockets last
 */
export function planMounts(
  planner: StagePlanner,
  instruction: RunInstruction,
  context: InstructionContext,
): readonly RunMount[] {
  const expand = planner.expander(instruction);
  const references = planner.session.references.of(instruction);
  const mounts = instruction.mounts.map(({ text }) => parseMount(text, expand));
  return mounts
    .map((mount, index) => planMount(planner, mount, references[index], context))
    .toSorted((a, b) => Number(isFile(a)) - Number(isFile(b)) || compareTargets(a, b));
}

function isFile({ kind }: RunMount): boolean {
  return kind === 'secret' || kind === 'ssh';
}

function compareTargets(a: RunMount, b: RunMount): number {
  if (isFile(a) || a.target === b.target) return 0;
  return (a.target ?? '') < (b.target ?? '') ? -1 : 1;
}

function planMount(
  planner: StagePlanner,
  mount: MountFields,
  reference: Reference | undefined,
  context: InstructionContext,
): RunMount {
  if (mount.type === 'secret') return secretMount(mount);
  if (mount.type === 'ssh') return sshMount(mount);

  const target = targetOf(mount, planner.workdir);
  if (mount.type === 'tmpfs') {
    return { kind: 'tmpfs', target, sizeBytes: mount.sizeBytes, readOnly: mount.readOnly };
  }
  const from = sourceOf(planner, mount, reference, context);
  const sourcePath = joinPath('/', mount.source);
  if (mount.type === 'bind') return { kind: 'bind', target, from, sourcePath, readOnly: mount.readOnly };

  const namespace = planner.session.buildArgs.get('BUILDKIT_CACHE_MOUNT_NS') ?? '';
  const id = mount.id === '' ? cleanPath(mount.target) : mount.id;
  return {
    kind: 'cache',
    target,
    id: `${namespace}/${id}`,
    sharing: mount.sharing ?? 'shared',
    from,
    sourcePath,
    mode: mount.mode,
    uid: mount.uid,
    gid: mount.gid,
    readOnly: mount.readOnly,
  };
}

function sourceOf(
  planner: StagePlanner,
  mount: MountFields,
  reference: Reference | undefined,
  { planned }: InstructionContext,
): FileSource {
  if (reference === undefined) return mount.type === 'cache' ? { kind: 'scratch' } : { kind: 'context' };
  if (reference.kind === 'external') return externalFileSource(reference.name, planner.session);
  if (planned.has(reference.stage)) return { kind: 'stage', index: reference.stage.index };
  const detail = `${goQuote(mount.from)} to ${goQuote(mount.target)}`;
  throw new DockerfileError(
    'DOCKERFILE_STAGE',
    `cannot mount from stage ${detail}, stage needs to be defined before current command`,
    { hint: 'Move the stage up.' },
  );
}

function targetOf(mount: MountFields, workdir: string): string {
  const target = mount.target.startsWith('/')
    ? cleanPath(mount.target)
    : joinPath('/', workdir, mount.target);
  if (target !== '/') return target;
  throw new DockerfileError('DOCKERFILE_VALUE', `invalid mount target ${goQuote(target)}`, {
    hint: 'Give a target= below the root.',
  });
}

function secretMount(mount: MountFields): SecretMount {
  const id = mount.source || mount.id || basename(mount.target);
  const defaultTarget = mount.env === undefined ? `/run/secrets/${basename(id)}` : undefined;
  return {
    kind: 'secret',
    id,
    target: mount.target === '' ? defaultTarget : mount.target,
    env: mount.env,
    required: mount.required,
    ...permissions(mount, SECRET_MODE),
  };
}

function sshMount(mount: MountFields): SshMount {
  if (mount.source !== '') throw new DockerfileError('DOCKERFILE_VALUE', 'ssh does not support source');
  return {
    kind: 'ssh',
    id: mount.id === '' ? 'default' : mount.id,
    target: mount.target === '' ? undefined : mount.target,
    required: mount.required,
    ...permissions(mount, SSH_MODE),
  };
}

function permissions(mount: MountFields, mode: number): { mode: number; uid: number; gid: number } {
  return { mode: mount.mode ?? mode, uid: mount.uid ?? 0, gid: mount.gid ?? 0 };
}
