import { normalizeReference } from '../stages/image-reference.ts';
import type { NamedContexts } from '../stages/named-contexts.ts';
import type { GraphStage } from '../stages/stage-graph.ts';
import type { ExternalBase, StageBase } from './build-plan.ts';
import type { FileSource } from './build-step.ts';
import type { Platform } from '../platform/platform.ts';

/** What names are looked up in. */
export interface NameScope {
  readonly contexts: NamedContexts;
  readonly targetPlatform: Platform;
}

/** What a stage starts from: a stage, then a named context, then an image. */
export function baseOf(stage: GraphStage, scope: NameScope): StageBase {
  if (stage.parent !== undefined) return { kind: 'stage', index: stage.parent.index };
  if (stage.replacement !== undefined) return stage.replacement;
  if (stage.baseName === 'scratch') return { kind: 'scratch' };
  return externalSource(stage.baseName, stage.platform ?? scope.targetPlatform, scope);
}

/** The image or named context that a `--from` names when no stage has that name. */
export function externalFileSource(name: string, scope: NameScope): FileSource {
  return name === 'scratch' ? { kind: 'scratch' } : externalSource(name, scope.targetPlatform, scope);
}

function externalSource(
  name: string,
  platform: Platform,
  scope: NameScope,
): ExternalBase | { readonly kind: 'scratch' } {
  const reference = normalizeReference(name);
  return scope.contexts.find(reference, platform) ?? { kind: 'image', reference, platform };
}
