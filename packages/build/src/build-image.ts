import {
  type BuildPlan,
  type ImageConfig,
  planBuild,
  type ResolvedBuild,
  resolveBuild,
} from '@boxer/dockerfile';
import { Spool } from '@boxer/fsimage';
import { cacheDirectory as defaultCacheDirectory } from '@boxer/foundation';
import { BaseOpener } from './bases/base-opener.ts';
import { OciImages, type OciImagesOptions } from './bases/oci-images.ts';
import { SourceOpener } from './bases/source-opener.ts';
import type { BuildOptions, BuildResult } from './build-options.ts';
import { DirectoryDigests } from './cache/context-digests.ts';
import { exportCache } from './cache/export-cache.ts';
import { ImportedCache } from './cache/imported-cache.ts';
import { LayerStore } from './cache/layer-store.ts';
import { boundCache } from './cache/prune-cache.ts';
import { StepCache } from './cache/step-cache.ts';
import { makeWorkDirectory } from './cache/work-directory.ts';
import { RemoteContexts } from './context/remote-contexts.ts';
import { GitRepositories } from './git/git-repositories.ts';
import { type BuildInput, type InputTools, readInput } from './input/read-input.ts';
import { checkOutput } from './output/check-output.ts';
import { finishImage } from './output/finish-image.ts';
import { writeOutput } from './output/write-output.ts';
import { Cancellation } from './progress/cancellation.ts';
import { Progress } from './progress/progress.ts';
import type { Box } from './run/box-port.ts';
import { BoxRunExecutor } from './run/box-run-executor.ts';
import { readBuildPolicy } from './run/build-policy.ts';
import { CacheMounts } from './run/cache-mounts.ts';
import { RunnerBox } from './run/runner-box.ts';
import { Secrets } from './run/secrets.ts';
import { SshAgents } from './run/ssh-agents.ts';
import { StageExecutor } from './stages/stage-executor.ts';

const DEFAULT_PLATFORM = 'linux/arm64';

/** What a build executes with; for tests. */
export interface BuildParts {
  /** Default: Boxer's own runner. */
  readonly box?: Box;
}

/**
 * Builds a Dockerfile.
 *
 * @returns what was written; on failure nothing is
 * @throws a BoxerError with the place in the Dockerfile where there is one
 */
export async function buildImage(options: BuildOptions, parts: BuildParts = {}): Promise<BuildResult> {
  await checkOutput(options.output);
  const progress = new Progress(options.onEvent);
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory();
  await using work = await makeWorkDirectory(`${cacheDirectory}/builds`);
  using cancel = new Cancellation(options.signal);
  const { signal } = cancel.controller;
  await using imported = await ImportedCache.open(options.cacheFrom ?? [], progress, signal);
  await using layers = new LayerStore(`${cacheDirectory}/layers`, imported);
  const policy = await readBuildPolicy(options.policyPath);
  await using spool = await Spool.create(work.path);
  const digests = new DirectoryDigests(`${cacheDirectory}/contexts`);
  await using agents = new SshAgents(options.ssh ?? {});
  const tools = openTools(options, { work: work.path, spool, progress, digests, agents, signal });
  const input = await readInput(options, tools);
  const bases = openBases(options, { cacheDirectory, layers, progress, signal }, tools);
  const { plan, build } = await resolve(input, options, bases, progress);

  const sources = new SourceOpener(input.context, bases, plan.stageNames);
  const cache = new StepCache(`${cacheDirectory}/steps`, imported);
  const run = new BoxRunExecutor({
    box: parts.box ?? new RunnerBox({ policy, workDirectory: work.path, signal }),
    sources,
    secrets: tools.secrets,
    agents,
    caches: new CacheMounts(`${cacheDirectory}/mounts`),
    epoch: build.epoch,
    cache,
    signal,
  });
  const executor = new StageExecutor({
    build,
    file: input.file,
    sources,
    cache,
    layers,
    reads: ({ name }) => options.noCache !== true && !isNamed(name, options.noCacheFilter ?? []),
    temporaryDirectory: work.path,
    git: tools.git,
    run,
    progress,
    cancel: cancel.controller,
  });
  const image = finishImage(await executor.execute(), build);
  await digests.save();
  const written = await progress.job(`exporting to ${options.output.dest}`, (job) =>
    writeOutput(image, options.output, {
      cacheDirectory,
      workDirectory: work.path,
      job,
      aot: options.aot ?? { mode: 'none', train: [] },
      policy,
      signal,
    }),
  );
  const names = image.layers.flatMap(({ source }) => (source.kind === 'built' ? [source.name] : []));
  const { known } = cache;
  await exportCache(options.cacheTo ?? [], { known, layers, image: new Set(names), progress, signal });
  if (options.cacheMaxBytes !== undefined) await boundCache(cacheDirectory, options.cacheMaxBytes);
  return { ...written, output: options.output, file: plan.file, warnings: build.warnings };
}

/** @source moby/buildkit frontend/dockerui/config.go, IsNoCache */
function isNamed(stage: string, names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase() === stage.toLowerCase());
}

/** What `boxer build --check` reports. */
export interface CheckResult {
  readonly file: string;
  readonly warnings: BuildResult['warnings'];
}

/**
 * Looks for mistakes without building.
 *
 * @throws as {@link buildImage}, for what is no Dockerfile at all
 */
export async function checkDockerfile(options: BuildOptions): Promise<CheckResult> {
  const progress = new Progress(options.onEvent);
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory();
  await using work = await makeWorkDirectory(`${cacheDirectory}/builds`);
  await using spool = await Spool.create(work.path);
  await using layers = new LayerStore(`${cacheDirectory}/layers`);
  const digests = new DirectoryDigests(`${cacheDirectory}/contexts`);
  const { signal } = options;
  await using agents = new SshAgents(options.ssh ?? {});
  const tools = openTools(options, { work: work.path, spool, progress, digests, agents, signal });
  const input = await readInput(options, tools);
  const bases = openBases(options, { cacheDirectory, layers, progress, signal }, tools);
  // Without a target, all stages are looked at. @source moby/buildkit dockerfile2llb (DockerfileLint)
  const allStages = options.target === undefined;
  const { plan, build } = await resolve(input, options, bases, progress, allStages);
  return { file: plan.file, warnings: build.warnings };
}

/** What reads from outside of a build have in common. */
interface Tools extends InputTools {
  readonly secrets: Secrets;
  readonly git: GitRepositories;
}

function openTools(
  { secrets: given = {} }: BuildOptions,
  environment: {
    work: string;
    spool: Spool;
    progress: Progress;
    digests: DirectoryDigests;
    agents: SshAgents;
    signal: AbortSignal | undefined;
  },
): Tools {
  const { work, spool, progress, digests, agents, signal } = environment;
  const secrets = new Secrets(given);
  const git = new GitRepositories({ temporaryDirectory: work, secrets, agents, signal });
  const remote = new RemoteContexts({ spool, git, progress, signal });
  return { secrets, git, remote, spool, progress, digests };
}

function openBases(
  { platform = DEFAULT_PLATFORM }: BuildOptions,
  environment: OciImagesOptions,
  { remote, digests }: Tools,
): BaseOpener {
  return new BaseOpener(new OciImages(environment), remote, digests, platform);
}

async function resolve(
  input: BuildInput,
  options: BuildOptions,
  bases: BaseOpener,
  progress: Progress,
  allStages = false,
): Promise<{ plan: BuildPlan; build: ResolvedBuild }> {
  const plan = planBuild(input.text, {
    file: input.file,
    ...(options.target === undefined ? {} : { target: options.target }),
    buildArgs: options.buildArgs ?? {},
    labels: options.labels ?? {},
    targetPlatform: options.platform ?? DEFAULT_PLATFORM,
    contexts: options.buildContexts ?? {},
    ignorePatterns: input.ignorePatterns,
    ...(input.contextTime === undefined ? {} : { sourceDateEpoch: input.contextTime }),
    allStages,
    onWarning: (warning) => progress.warning(input.file, warning),
  });
  const build = await resolveBuild(plan, async (base): Promise<ImageConfig | undefined> => {
    const name = base.kind === 'image' ? base.reference : base.name;
    const opened = await progress.job(`[internal] load metadata for ${name}`, () => bases.open(base));
    return opened.kind === 'image' ? opened.config : undefined;
  });
  return { plan, build };
}
