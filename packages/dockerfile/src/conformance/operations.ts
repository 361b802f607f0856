import { cleanPath } from '../gotext/clean-path.ts';
import type { ResolvedBuild } from '../plan/build-plan.ts';
import type {
  BuildStep,
  CopyMode,
  CopySource,
  CopyStep,
  FileOwner,
  RunMount,
  RunStep,
} from '../plan/build-step.ts';

/** An operation of the reference's build graph, as far as it is compared. */
export interface Operation {
  readonly Op: {
    readonly exec?: { readonly meta: ExecMeta; readonly mounts: readonly ExecMount[] };
    readonly file?: { readonly actions: readonly { readonly Action: FileAction }[] };
    readonly source?: { readonly identifier: string };
  };
}

interface ExecMeta {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user?: string;
}

interface ExecMount {
  readonly dest: string;
  readonly mountType?: number;
  readonly selector?: string;
  readonly readonly?: boolean;
  readonly cacheOpt?: { readonly ID: string; readonly sharing?: number };
  readonly secretOpt?: object;
}

interface FileAction {
  readonly copy?: CopyAction;
  readonly mkdir?: { readonly path: string; readonly mode: number; readonly owner?: OperationOwner };
  readonly mkfile?: { readonly path: string; readonly mode: number; readonly data?: string };
}

interface CopyAction {
  readonly src: string;
  readonly dest: string;
  readonly owner?: OperationOwner;
  readonly mode?: number;
  readonly modeStr?: string;
  readonly followSymlink?: boolean;
  readonly attemptUnpackDockerCompatibility?: boolean;
  readonly include_patterns?: readonly string[];
  readonly exclude_patterns?: readonly string[];
  readonly required_paths?: readonly string[];
}

interface OperationOwner {
  readonly user?: OperationId;
  readonly group?: OperationId;
}

interface OperationId {
  readonly User: { readonly byId?: number; readonly byName?: { readonly name: string } };
}

const MOUNT_TYPES = ['bind', 'secret', 'ssh', 'cache', 'tmpfs'];
const SHARING = ['shared', 'private', 'locked'];

/** Expects the steps of a build to do what the reference's graph does. Equal operations count once in a graph. */
export function compareOperations(build: ResolvedBuild, operations: readonly Operation[]): void {
  const steps = build.stages.flatMap((stage) => stage.steps);
  expect(unique(steps.flatMap(execOfStep))).toEqual(unique(operations.flatMap(execOfOperation)));
  expect(unique(steps.flatMap(filesOfStep))).toEqual(unique(operations.flatMap(filesOfOperation)));
  expect(unique(imagesOf(build))).toEqual(unique(operations.flatMap(imageOfOperation)));
}

function unique(values: readonly unknown[]): readonly unknown[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))]
    .toSorted()
    .map((text) => JSON.parse(text) as unknown);
}

function execOfOperation({ Op: { exec } }: Operation): readonly unknown[] {
  if (exec === undefined) return [];
  const { args, env, cwd, user } = exec.meta;
  const mounts = exec.mounts
    .filter(({ dest }) => dest !== '/')
    .map((mount) => ({
      type: MOUNT_TYPES[mount.mountType ?? 0],
      target: cleanPath(mount.dest),
      sourcePath: mount.selector ?? '/',
      readOnly: mount.readonly ?? false,
      cache: mount.cacheOpt && { id: mount.cacheOpt.ID, sharing: SHARING[mount.cacheOpt.sharing ?? 0] },
      secret: mount.secretOpt,
    }));
  // The reference keeps WORKDIR as written, which means the same.
  return [{ args, env, cwd: cleanPath(cwd), user: user ?? '', mounts }];
}

function execOfStep(step: BuildStep): readonly unknown[] {
  if (step.kind !== 'run') return [];
  const { argv, env, workdir, user }: RunStep = step;
  return [{ args: argv, env, cwd: workdir, user: user ?? '', mounts: step.mounts.map(mountOf) }];
}

function mountOf(mount: RunMount): unknown {
  const isFile = mount.kind === 'secret' || mount.kind === 'ssh';
  return {
    type: mount.kind === 'script' ? 'bind' : mount.kind,
    target: mount.target,
    sourcePath: mount.kind === 'bind' ? mount.sourcePath : mount.kind === 'cache' ? cachePath(mount) : '/',
    readOnly: mount.kind === 'script' || (!isFile && mount.readOnly),
    cache: mount.kind === 'cache' ? { id: mount.id, sharing: mount.sharing } : undefined,
    secret:
      mount.kind === 'secret' ? { ID: mount.id, mode: mount.mode, optional: !mount.required } : undefined,
  };
}

/** The reference makes a directory of its own for a cache with an owner or mode. */
function cachePath(mount: Extract<RunMount, { kind: 'cache' }>): string {
  const isPlain = mount.uid === undefined && mount.gid === undefined && mount.mode === undefined;
  return isPlain || mount.sourcePath !== '/' ? mount.sourcePath : '/cache';
}

function filesOfOperation({ Op: { file } }: Operation): readonly unknown[] {
  return (file?.actions ?? []).flatMap<unknown>(({ Action: { copy, mkdir, mkfile } }) => {
    if (mkfile !== undefined) return [{ mkfile: mkfile.path, mode: mkfile.mode, data: mkfile.data ?? '' }];
    if (mkdir !== undefined) {
      return mkdir.path === '/cache'
        ? []
        : [{ mkdir: mkdir.path, mode: mkdir.mode, owner: ownerOf(mkdir.owner) }];
    }
    return copy === undefined ? [] : [copyOf(copy)];
  });
}

function copyOf(copy: CopyAction): unknown {
  return {
    src: copy.src,
    dest: copy.dest,
    owner: ownerOf(copy.owner),
    mode: copy.modeStr ?? (copy.mode === -1 ? undefined : (copy.mode ?? 0)),
    follow: copy.followSymlink ?? false,
    unpack: copy.attemptUnpackDockerCompatibility ?? false,
    include: copy.include_patterns ?? [],
    exclude: copy.exclude_patterns ?? [],
    required: copy.required_paths ?? [],
  };
}

function ownerOf(owner: OperationOwner | undefined): FileOwner | null {
  if (owner === undefined) return null;
  const id = (value: OperationId | undefined): number | string | undefined =>
    value === undefined ? undefined : (value.User.byName?.name ?? value.User.byId ?? 0);
  return { user: id(owner.user) ?? 0, group: id(owner.group) };
}

function filesOfStep(step: BuildStep): readonly unknown[] {
  if (step.kind === 'workdir' && step.createsLayer) {
    return [{ mkdir: step.path, mode: 0o755, owner: step.owner ?? null }];
  }
  if (step.kind === 'run') {
    return step.mounts.flatMap((mount) =>
      mount.kind === 'script' ? [inlineFile(mount.name, mount.content, mount.mode)] : [],
    );
  }
  return step.kind === 'copy' ? step.sources.flatMap((source) => filesOfSource(step, source)) : [];
}

function filesOfSource(step: CopyStep, source: CopySource): readonly unknown[] {
  const copy = {
    src: sourcePathOf(source),
    dest: step.dest,
    owner: step.owner ?? null,
    mode: modeOf(step.mode),
    follow: source.kind === 'files',
    unpack: (source.kind === 'files' || source.kind === 'http') && source.unpack,
    include: source.kind === 'files' && source.parents !== undefined ? [source.parents.include] : [],
    exclude: step.exclude,
    required:
      source.kind === 'files' && source.parents?.required !== undefined ? [source.parents.required] : [],
  };
  return source.kind === 'inline' ? [inlineFile(source.name, source.content, 0o644), copy] : [copy];
}

function sourcePathOf(source: CopySource): string {
  switch (source.kind) {
    case 'files':
      return source.path;
    case 'inline':
      return `/${source.name}`;
    case 'http':
      return `/${source.filename}`;
    case 'git':
      return '/';
  }
}

function modeOf(mode: CopyMode | undefined): number | string | undefined {
  return mode?.kind === 'octal' ? mode.bits : mode?.expression;
}

function inlineFile(name: string, content: string, mode: number): unknown {
  return { mkfile: `/${name}`, mode, data: Buffer.from(content).toString('base64') };
}

function imageOfOperation({ Op: { source } }: Operation): readonly string[] {
  return source?.identifier.startsWith('docker-image://') === true ? [source.identifier] : [];
}

function imagesOf(build: ResolvedBuild): readonly string[] {
  return [...build.stages.map(({ base }) => base), ...build.fileSources].flatMap((source) =>
    source.kind === 'image' ? [`docker-image://${source.reference}`] : [],
  );
}
