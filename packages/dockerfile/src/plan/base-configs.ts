import { BoxerError, withSuggestion } from '@boxer/foundation';
import type { ImageConfig } from '../config/image-config.ts';
import { DockerfileError, type DockerfilePlace, located } from '../dockerfile-error.ts';
import type { GraphStage } from '../stages/stage-graph.ts';
import { baseOf } from './base-of.ts';
import type { ExternalBase, ResolveBase, StageBase } from './build-plan.ts';
import { baseKey } from './base-key.ts';
import type { PlanSession } from './plan-session.ts';

/** Configs of the bases that come from outside. */
export class BaseConfigs {
  readonly #session: PlanSession;
  readonly #resolve: ResolveBase;
  readonly #fetched = new Map<string, ImageConfig | undefined>();

  constructor(session: PlanSession, resolve: ResolveBase) {
    this.#session = session;
    this.#resolve = resolve;
  }

  async fetch(stages: readonly GraphStage[]): Promise<void> {
    const wanted = new Map<string, { base: ExternalBase; stage: GraphStage }>();
    for (const stage of stages) {
      const base = this.baseOf(stage);
      if (base.kind !== 'image' && base.kind !== 'named-context') continue;
      const key = baseKey(base);
      if (!this.#fetched.has(key) && !wanted.has(key)) wanted.set(key, { base, stage });
    }
    await Promise.all(
      Array.from(wanted, async ([key, { base, stage }]) => {
        try {
          this.#fetched.set(key, await this.#resolve(base));
        } catch (error) {
          throw baseError(error, stage, this.#session);
        }
      }),
    );
  }

  baseOf(stage: GraphStage): StageBase {
    return located(placeOf(stage, this.#session), () => baseOf(stage, this.#session));
  }

  /** @returns undefined for `scratch`, stages and contexts that are plain files */
  configOf(stage: GraphStage): ImageConfig | undefined {
    const base = this.baseOf(stage);
    return base.kind === 'image' || base.kind === 'named-context'
      ? this.#fetched.get(baseKey(base))
      : undefined;
  }
}

/** Names the FROM at fault; a misspelt stage name is the usual reason that an image does not exist. */
function baseError(error: unknown, stage: GraphStage, session: PlanSession): unknown {
  if (!(error instanceof BoxerError)) return error;
  const names = session.references.graph.stages.map(({ displayName }) => displayName);
  return new DockerfileError(
    'DOCKERFILE_BASE',
    withSuggestion(`${stage.baseName}: ${error.message}`, stage.baseName, names),
    { place: placeOf(stage, session), hint: error.hint, cause: error },
  );
}

/** The FROM of a stage. */
export function placeOf(stage: GraphStage, session: PlanSession): DockerfilePlace {
  return { file: session.dockerfile.file, range: stage.from.range };
}
