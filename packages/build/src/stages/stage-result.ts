import type { HistoryEntry, ImageConfig } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import type { LayerChange, Tree } from '@boxer/fsimage';
import type { Layer } from '@boxer/oci';

/** A layer of a stage: one that came with the base, or what a step changed. */
export type StageLayer =
  | { readonly kind: 'base'; readonly layer: Layer }
  | {
      readonly kind: 'built';
      /** The filesystem after the step. */
      readonly tree: Tree;
      readonly changes: readonly LayerChange[];
      readonly createdBy: string | undefined;
    };

/** A stage while it is executed, and when it is done. Immutable but for the tree, which nobody changes. */
export interface StageState {
  readonly tree: Tree;
  /** Names the state, for the step cache. */
  readonly key: Digest;
  readonly layers: readonly StageLayer[];
  readonly history: readonly HistoryEntry[];
  /** Seconds since 1970 of the last step, or of the base. */
  readonly createdAt: number | undefined;
}

/** A stage that was executed to its end. */
export interface StageResult extends StageState {
  /** As planned; history and creation times are those of the state. */
  readonly image: ImageConfig;
}
