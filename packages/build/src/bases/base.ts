import type { ImageConfig } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import type { Tree } from '@boxer/fsimage';
import type { SourceRoot } from '../context/source-root.ts';

/** A layer that came with a base image. */
export interface BaseLayer {
  /** Of the stored, usually compressed bytes. */
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Streams the stored bytes, verified. */
  stored(): AsyncIterable<Uint8Array>;
}

/** Something outside the Dockerfile that a stage starts from. */
export type Base =
  | {
      readonly kind: 'image';
      readonly config: ImageConfig;
      /** Names the content, for cache keys. */
      readonly key: string;
      readonly layers: readonly BaseLayer[];
      /** The merged filesystem; not to be changed by the caller, but cloned. */
      tree(): Promise<Tree>;
    }
  | {
      /** Plain files: a directory given as a named context. */
      readonly kind: 'files';
      readonly root: SourceRoot;
    };
