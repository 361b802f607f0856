import type { BuildStep, FileSource } from '@boxer/dockerfile';

/** @returns the indexes of the stages whose files a step reads, each once */
export function stagesReadBy(step: BuildStep): readonly number[] {
  const stages = sourcesOf(step).flatMap((from) => (from.kind === 'stage' ? [from.index] : []));
  return [...new Set(stages)];
}

function sourcesOf(step: BuildStep): readonly FileSource[] {
  switch (step.kind) {
    case 'copy':
      return step.sources.flatMap((source) => (source.kind === 'files' ? [source.from] : []));
    case 'run':
      return step.mounts.flatMap((mount) => ('from' in mount ? [mount.from] : []));
    case 'workdir':
    case 'config':
      return [];
  }
}
