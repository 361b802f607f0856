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
import { OciImages } from './bases/oci-images.ts';
import { SourceOpener } from './bases/source-opener.ts';
import type { BuildOptions, BuildResult } from './build-options.ts';
import { StepCache } from './cache/step-cache.ts';
import { makeWorkDirectory } from './cache/work-directory.ts';
import { RemoteContexts } from './context/remote-contexts.ts';
import { GitRepositories } from './git/git-repositories.ts';
import { type BuildInput, type InputTools, readInput } from './input/read-input.ts';
import { finishImage } from './output/finish-image.ts';
import { writeOutput } from './output/write-output.ts';
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
  const progress = new Progress(options.onEvent);
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory();
  await using work = await makeWorkDirectory(`${cacheDirectory}/builds`);
  await using spool = await Spool.create(work.path);
  const policy = await readBuildPolicy(options.policyPath);
  const tools = openTools(options, { work: work.path, spool, progress });
  const input = await readInput(options, tools);
  const bases = openBases(options, cacheDirectory, tools);
  const { plan, build } = await resolve(input, options, bases, progress);

  const sources = new SourceOpener(input.context, bases);
  const run = new BoxRunExecutor({
    box: parts.box ?? new RunnerBox({ policy, workDirectory: work.path, signal: options.signal }),
    sources,
    secrets: tools.secrets,
    caches: new CacheMounts(`${cacheDirectory}/mounts`, spool),
    spool,
    signal: options.signal,
  });
  const executor = new StageExecutor({
    build,
    file: input.file,
    sources,
    cache: new StepCache(`${cacheDirectory}/steps`, { reads: options.noCache !== true }),
    spool,
    git: tools.git,
    run,
    progress,
    signal: options.signal,
  });
  const image = await finishImage(await executor.execute(), build);
  const written = await progress.job(`exporting to ${options.output.dest}`, (job) =>
    writeOutput(image, options.output, {
      cacheDirectory,
      workDirectory: work.path,
      job,
      signal: options.signal,
    }),
  );
  return { ...written, output: options.output, file: plan.file, warnings: build.warnings };
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
  const tools = openTools(options, { work: work.path, spool, progress });
  const input = await readInput(options, tools);
  const bases = openBases(options, cacheDirectory, tools);
  const { plan, build } = await resolve(input, options, bases, progress);
  return { file: plan.file, warnings: build.warnings };
}

/** What reads from outside of a build have in common. */
interface Tools extends InputTools {
  readonly secrets: Secrets;
  readonly git: GitRepositories;
}

function openTools(
  { secrets: given = {}, ssh = {}, signal }: BuildOptions,
  { work, spool, progress }: { work: string; spool: Spool; progress: Progress },
): Tools {
  const secrets = new Secrets(given);
  const agents = new SshAgents(ssh);
  const git = new GitRepositories({ temporaryDirectory: work, secrets, agents, signal });
  const remote = new RemoteContexts({ spool, git, progress, signal });
  return { secrets, git, remote, spool, progress };
}

function openBases(
  { signal, platform = DEFAULT_PLATFORM }: BuildOptions,
  cacheDirectory: string,
  { spool, progress, remote }: Tools,
): BaseOpener {
  const images = new OciImages({ cacheDirectory, spool, progress, signal });
  return new BaseOpener(images, remote, platform);
}

async function resolve(
  input: BuildInput,
  options: BuildOptions,
  bases: BaseOpener,
  progress: Progress,
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
    onWarning: (warning) => progress.warning(input.file, warning),
  });
  const build = await resolveBuild(plan, async (base): Promise<ImageConfig | undefined> => {
    const name = base.kind === 'image' ? base.reference : base.name;
    const opened = await progress.job(`[internal] load metadata for ${name}`, () => bases.open(base));
    return opened.kind === 'image' ? opened.config : undefined;
  });
  return { plan, build };
}
