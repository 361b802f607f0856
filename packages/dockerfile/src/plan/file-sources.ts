import type { ResolvedStage } from './build-plan.ts';
import type { FileSource } from './build-step.ts';

/** Places outside the Dockerfile that the steps of stages read files from, each once. */
export function fileSourcesOf(stages: readonly ResolvedStage[]): readonly FileSource[] {
  const unique = new Map<string, FileSource>();
  const add = (source: FileSource): void => {
    if (source.kind !== 'stage' && source.kind !== 'scratch') unique.set(JSON.stringify(source), source);
  };
  for (const { steps } of stages) {
    for (const step of steps) {
      if (step.kind === 'copy')
        for (const source of step.sources) if (source.kind === 'files') add(source.from);
      if (step.kind !== 'run') continue;
      for (const mount of step.mounts) if (mount.kind === 'bind' || mount.kind === 'cache') add(mount.from);
    }
  }
  return [...unique.values()];
}
