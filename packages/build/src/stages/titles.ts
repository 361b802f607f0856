import type { BuildStep, ResolvedBuild, ResolvedStage } from '@boxer/dockerfile';

/**
 * @param layered - the steps of the stage that make a layer: only those are counted, after FROM
 * @returns `[build 2/4] RUN …`, the form of BuildKit's progress
 */
export function stepTitle(
  build: ResolvedBuild,
  stage: ResolvedStage,
  step: BuildStep,
  layered: readonly BuildStep[],
): string {
  return `${prefix(build, stage, layered.indexOf(step) + 2, layered.length + 1)} ${step.title}`;
}

/** @returns `[build 1/4] FROM …` */
export function stageTitle(build: ResolvedBuild, stage: ResolvedStage): string {
  const count = stage.steps.filter(({ kind }) => kind !== 'config').length + 1;
  const { base } = stage;
  const from = base.kind === 'image' ? base.reference : base.kind === 'named-context' ? base.name : 'scratch';
  return `${prefix(build, stage, 1, count)} FROM ${from}`;
}

function prefix(build: ResolvedBuild, stage: ResolvedStage, number: number, count: number): string {
  const isNamed = build.stages.length > 1 || !/^stage-\d+$/.test(stage.name);
  return `[${isNamed ? `${stage.name} ` : ''}${number}/${count}]`;
}
