import { baseImage, emptyImage, platformFields } from '../config/default-config.ts';
import type { ImageConfig } from '../config/image-config.ts';
import { located } from '../dockerfile-error.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../platform/platform.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import { EnvList } from '../stages/env-list.ts';
import { normalizeReference } from '../stages/image-reference.ts';
import type { GraphStage } from '../stages/stage-graph.ts';
import { BaseConfigs, placeOf } from './base-configs.ts';
import type { BuildPlan, ResolveBase, ResolvedBuild, ResolvedStage } from './build-plan.ts';
import { fileSourcesOf } from './file-sources.ts';
import { neededStages } from './plan-build.ts';
import { planInstruction } from './plan-instruction.ts';
import type { PlanSession } from './plan-session.ts';
import { StagePlanner } from './stage-planner.ts';
import type { StageState } from './stage-state.ts';
import { triggersOf } from './triggers.ts';

/** @source buildkit, executor/oci */
const DEFAULT_HOSTNAME = 'buildkitsandbox';

/**
 * Works out every step of a build, given the configs of its bases.
 *
 * Triggers of bases can need further stages, whose bases are then asked for too.
 *
 * @param resolveBase - called once for each base
 * @throws {@link DockerfileError} with BuildKit's text and the place
 */
export async function resolveBuild(plan: BuildPlan, resolveBase: ResolveBase): Promise<ResolvedBuild> {
  const { session } = plan;
  const bases = new BaseConfigs(session, resolveBase);
  const triggers = new Map<GraphStage, readonly StageInstruction[]>();
  for (let complete = false; !complete;) {
    const stages = neededStages(session);
    await bases.fetch(stages);
    complete = !addTriggers(session, stages, bases, triggers);
  }
  return planSteps(session, bases, triggers);
}

/** @returns true when triggers refer to stages or images, so that more may be needed */
function addTriggers(
  session: PlanSession,
  stages: readonly GraphStage[],
  bases: BaseConfigs,
  triggers: Map<GraphStage, readonly StageInstruction[]>,
): boolean {
  let refers = false;
  for (const stage of stages) {
    if (triggers.has(stage) || stage.replacement !== undefined) continue;
    const instructions = located(placeOf(stage, session), () => triggersOf(stage, bases.configOf(stage)));
    triggers.set(stage, instructions);
    if (session.references.addTriggers(stage, instructions)) refers = true;
  }
  return refers;
}

function planSteps(
  session: PlanSession,
  bases: BaseConfigs,
  triggers: ReadonlyMap<GraphStage, readonly StageInstruction[]>,
): ResolvedBuild {
  const planned = new Set<GraphStage>();
  const states = new Map<GraphStage, StageState>();
  const stages: ResolvedStage[] = [];
  for (const stage of neededStages(session)) {
    const inherited = inheritedState(stage, session, bases, states);
    const planner = new StagePlanner(session, stage, inherited);
    planAll(planner, triggers.get(stage) ?? [], true, planned);
    planAll(planner, stage.instructions, false, planned);
    planned.add(stage);
    const state = planner.finish();
    states.set(stage, state);
    stages.push({
      index: stage.index,
      name: stage.displayName,
      range: stage.from.range,
      base: bases.baseOf(stage),
      platform: state.platform,
      steps: planner.steps,
      image: state.image,
    });
  }
  session.linter.throwIfFailed(session.dockerfile.file);
  const target = stages.find(({ index }) => index === session.target.index) ?? unreachable();
  return {
    stages,
    target,
    image: finalImage(target.image, session),
    fileSources: fileSourcesOf(stages),
    hostname: session.buildArgs.get('BUILDKIT_SANDBOX_HOSTNAME') ?? DEFAULT_HOSTNAME,
    epoch: session.epoch,
    warnings: session.linter.warnings,
  };
}

function planAll(
  planner: StagePlanner,
  instructions: readonly StageInstruction[],
  onBuild: boolean,
  planned: ReadonlySet<GraphStage>,
): void {
  const { file } = planner.session.dockerfile;
  for (const instruction of instructions) {
    located({ file, range: instruction.range }, () =>
      planInstruction(planner, instruction, { onBuild, planned }),
    );
  }
}

function inheritedState(
  stage: GraphStage,
  session: PlanSession,
  bases: BaseConfigs,
  states: ReadonlyMap<GraphStage, StageState>,
): StageState {
  const parent = stage.parent === undefined ? undefined : states.get(stage.parent);
  if (parent !== undefined) return parent;

  const base = bases.baseOf(stage);
  const platform =
    base.kind === 'image' || base.kind === 'named-context' ? base.platform : session.targetPlatform;
  const fetched = bases.configOf(stage);
  const isNamedImage = base.kind === 'image' && base.reference === normalizeReference(stage.baseName);
  if (fetched !== undefined && isNamedImage) lintPlatform(stage, platform, fetched, session);
  return {
    platform,
    image: fetched === undefined ? emptyImage(platform) : baseImage(fetched),
    env: new EnvList(),
    buildArgs: new Map(),
    hasWorkdir: false,
  };
}

function lintPlatform(
  stage: GraphStage,
  expected: Platform,
  { os, architecture, variant }: ImageConfig,
  session: PlanSession,
): void {
  if (os === expected.os && architecture === expected.architecture) return;
  const actual = normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
  session.linter.report(
    'InvalidBaseImagePlatform',
    stage.from,
    stage.baseName,
    formatPlatform(normalizePlatform(expected)),
    formatPlatform(actual),
  );
}

/** Labels of the command line win; the platform is the one asked for. */
function finalImage(image: ImageConfig, { labels, targetPlatform }: PlanSession): ImageConfig {
  const isSame = image.os === targetPlatform.os && image.architecture === targetPlatform.architecture;
  const { variant: _, 'os.version': __, ...rest } = image;
  const withLabels =
    Object.keys(labels).length === 0
      ? image.config
      : { ...image.config, Labels: { ...image.config.Labels, ...labels } };
  return { ...(isSame ? image : rest), ...platformFields(targetPlatform), config: withLabels };
}

function unreachable(): never {
  throw new TypeError('the target stage is always planned');
}
