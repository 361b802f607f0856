import type { HistoryEntry, ImageConfig } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import type { PackedLayer, Tree } from '@boxer/fsimage';
import type { Layer } from '@boxer/oci';

/** A layer of a stage: one that came with the base, or what a step changed. */
export type StageLayer =
  | { readonly kind: 'base'; readonly layer: Layer }
  | {
      readonly kind: 'built';
      /** Its name in the layer store. */
      readonly name: Digest;
      readonly diffId: Digest;
      /** Length as a tar. */
      readonly tarBytes: number;
      readonly packed: PackedLayer;
      readonly createdBy: string | undefined;
    };

/** A stage while it is executed, and when it is done. Immutable. */
export interface StageState {
  /** The filesystem, made when it is first asked for: nobody changes it. A build of known steps need not have it. */
  readonly tree: () => Promise<Tree>;
  /** Names the state, for the step cache: equal keys, equal state. */
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
