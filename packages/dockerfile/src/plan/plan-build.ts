import { DockerfileError, type DockerfilePlace, located } from '../dockerfile-error.ts';
import { IgnoreMatcher } from '../ignore/ignore-matcher.ts';
import { findDirective } from '../lines/directives.ts';
import { lintFile } from '../lint/file-rules.ts';
import { lintDefaultBases } from '../lint/from-rules.ts';
import { parseLintOptions } from '../lint/lint-options.ts';
import { Linter } from '../lint/linter.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';
import { type Dockerfile, readDockerfile } from '../stages/dockerfile.ts';
import type { EnvList } from '../stages/env-list.ts';
import { predefinedArgs, withGlobalArgs } from '../stages/global-args.ts';
import { NamedContexts } from '../stages/named-contexts.ts';
import { type GraphStage, StageGraph } from '../stages/stage-graph.ts';
import { StageReferences } from '../stages/stage-references.ts';
import { baseKey } from './base-key.ts';
import { baseOf } from './base-of.ts';
import type { BuildPlan, ExternalBase, PlanOptions } from './build-plan.ts';
import { resolveEpoch } from './epoch.ts';
import type { IgnoreRules, PlanSession } from './plan-session.ts';
import { formatPlatform, parsePlatform, type Platform } from '../platform/platform.ts';

const DEFAULT_PLATFORM = 'linux/arm64';

/**
 * Works out which stages a Dockerfile's target needs, and from what they start. Nothing is fetched.
 *
 * @param text - the Dockerfile
 * @throws {@link DockerfileError} with BuildKit's text and the place
 */
export function planBuild(text: string, options: PlanOptions = {}): BuildPlan {
  const session = openSession(text, options);
  const { references, target, dockerfile, linter } = session;
  const stages = neededStages(session).map((stage) => ({
    index: stage.index,
    name: stage.displayName,
    description: descriptionOf(stage),
    range: stage.from.range,
    base: located({ file: dockerfile.file, range: stage.from.range }, () => baseOf(stage, session)),
    dependsOn: references.dependenciesOf(stage).map(({ index }) => index),
  }));
  return {
    file: dockerfile.file,
    target: target.index,
    stages,
    stageNames: references.graph.stages.map(({ displayName }) => displayName),
    bases: uniqueBases(stages.map(({ base }) => base)),
    warnings: linter.warnings,
    session,
  };
}

/** The stages to build, in the order of the Dockerfile. */
export function neededStages({ references, target, allStages }: PlanSession): readonly GraphStage[] {
  return allStages ? references.graph.stages : references.reachableFrom(target);
}

function descriptionOf({ from }: GraphStage): string | undefined {
  const prefix = `${from.name ?? ''} `;
  return from.comments
    .find((comment) => from.name !== undefined && comment.startsWith(prefix))
    ?.slice(prefix.length);
}

function openSession(text: string, options: PlanOptions): PlanSession {
  const file = options.file ?? 'Dockerfile';
  const buildArgs = new Map(Object.entries(options.buildArgs ?? {}));
  const linter = new Linter(lintOptions(text, buildArgs, file), options.onWarning);
  const dockerfile = readDockerfile(text, file, linter);
  lintFile(dockerfile, linter);

  const targetPlatform = platformOption('--platform', options.targetPlatform ?? DEFAULT_PLATFORM);
  const buildPlatform = platformOption(
    '--build-platform',
    options.buildPlatform ?? formatPlatform(targetPlatform),
  );
  const targetStage = options.target ?? dockerfile.stages.at(-1)?.from.name ?? '';
  const predefined = predefinedArgs({ buildPlatform, targetPlatform, targetStage }, buildArgs);
  const lexer = new ShellLexer(dockerfile.escapeToken);
  const contexts = new NamedContexts(options.contexts ?? {});

  lintBasesWithoutBuildArgs(dockerfile, lexer, predefined, linter);
  const declared = withGlobalArgs(predefined, dockerfile.globalArgs, buildArgs, { lexer, file });
  const epoch = resolveEpoch({ dockerfile, buildArgs, globalArgs: declared, options });
  const graph = new StageGraph(dockerfile, {
    globalArgs: epoch.globalArgs,
    declaredArgs: new Set(
      dockerfile.globalArgs.flatMap(({ definitions }) => definitions.map(({ name }) => name)),
    ),
    lexer,
    contexts,
    targetPlatform,
    linter,
  });
  const target = graph.target(options.target);
  return {
    dockerfile,
    lexer,
    linter,
    references: new StageReferences(graph, lexer, file),
    contexts,
    target,
    allStages: options.allStages ?? false,
    globalArgs: epoch.globalArgs,
    buildArgs: epoch.buildArgs,
    labels: options.labels ?? {},
    targetPlatform,
    epoch: epoch.seconds,
    ignore: ignoreRules(options.ignorePatterns ?? []),
  };
}

function ignoreRules(patterns: readonly string[]): IgnoreRules | undefined {
  return patterns.length === 0 ? undefined : { patterns, matcher: new IgnoreMatcher(patterns) };
}

/** A build argument takes precedence over the directive. */
function lintOptions(
  text: string,
  buildArgs: ReadonlyMap<string, string>,
  file: string,
): ReturnType<typeof parseLintOptions> {
  const place: DockerfilePlace = {
    file,
    range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
  };
  const check = buildArgs.get('BUILDKIT_DOCKERFILE_CHECK') ?? findDirective('check', text) ?? '';
  return located(place, () => parseLintOptions(check), 'failed to parse check options: ');
}

/** Bases should be valid when nobody passes build arguments. */
function lintBasesWithoutBuildArgs(
  dockerfile: Dockerfile,
  lexer: ShellLexer,
  predefined: EnvList,
  linter: Linter,
): void {
  try {
    const defaults = withGlobalArgs(predefined, dockerfile.globalArgs, new Map(), {
      lexer,
      file: dockerfile.file,
    });
    const stages = dockerfile.stages.map(({ from }) => from);
    lintDefaultBases(stages, lexer, defaults, linter);
  } catch (error) {
    // The same error is raised again where the arguments are used, unless build arguments avoid it.
    if (!(error instanceof DockerfileError)) throw error;
  }
}

function platformOption(option: string, text: string): Platform {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new DockerfileError('DOCKERFILE_VALUE', `Cannot use ${option} ${text}: ${error.message}`, {
      hint: 'Give a platform such as linux/arm64.',
      cause: error,
    });
  }
}

function uniqueBases(bases: readonly BuildPlan['stages'][number]['base'][]): readonly ExternalBase[] {
  const unique = new Map<string, ExternalBase>();
  for (const base of bases) {
    if (base.kind === 'image' || base.kind === 'named-context') unique.set(baseKey(base), base);
  }
  return [...unique.values()];
}
