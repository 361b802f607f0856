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
import { HostDirectory } from './context/host-directory.ts';
import { type BuildInput, readInput } from './input/read-input.ts';
import { finishImage } from './output/finish-image.ts';
import { writeOutput } from './output/write-output.ts';
import { Progress } from './progress/progress.ts';
import type { Box } from './run/box-port.ts';
import { BoxRunExecutor } from './run/box-run-executor.ts';
import { readBuildPolicy } from './run/build-policy.ts';
import { CacheMounts } from './run/cache-mounts.ts';
import { RunnerBox } from './run/runner-box.ts';
import { Secrets } from './run/secrets.ts';
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
  const input = await readInput(options, progress);
  const bases = openBases(options, cacheDirectory, spool, progress);
  const { plan, build } = await resolve(input, options, bases, progress);

  const sources = new SourceOpener(
    new HostDirectory('context', options.contextDirectory, input.filter),
    bases,
  );
  const run = new BoxRunExecutor({
    box: parts.box ?? new RunnerBox({ policy, workDirectory: work.path, signal: options.signal }),
    sources,
    secrets: new Secrets(options.secrets ?? {}),
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
    temporaryDirectory: work.path,
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
  const input = await readInput(options, progress);
  const { plan, build } = await resolve(
    input,
    options,
    openBases(options, cacheDirectory, spool, progress),
    progress,
  );
  return { file: plan.file, warnings: build.warnings };
}

function openBases(
  options: BuildOptions,
  cacheDirectory: string,
  spool: Spool,
  progress: Progress,
): BaseOpener {
  const images = new OciImages({ cacheDirectory, spool, progress, signal: options.signal });
  return new BaseOpener(images, options.platform ?? DEFAULT_PLATFORM);
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
    onWarning: (warning) => progress.warning(input.file, warning),
  });
  const build = await resolveBuild(plan, async (base): Promise<ImageConfig | undefined> => {
    const name = base.kind === 'image' ? base.reference : base.name;
    const opened = await progress.job(`[internal] load metadata for ${name}`, () => bases.open(base));
    return opened.kind === 'image' ? opened.config : undefined;
  });
  return { plan, build };
}
