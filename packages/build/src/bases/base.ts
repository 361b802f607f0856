import type { ImageConfig } from '@boxer/dockerfile';
import type { Tree } from '@boxer/fsimage';
import type { Layer } from '@boxer/oci';
import type { SourceRoot } from '../context/source-root.ts';

/** Something outside the Dockerfile that a stage starts from. */
export type Base =
  | {
      readonly kind: 'image';
      readonly config: ImageConfig;
      /** Names the content, for cache keys. */
      readonly key: string;
      readonly layers: readonly Layer[];
      /** The merged filesystem, made when it is first asked for; not to be changed by the caller, but cloned. */
      tree(): Promise<Tree>;
    }
  | {
      /** Plain files: a directory given as a named context. */
      readonly kind: 'files';
      readonly root: SourceRoot;
    };
