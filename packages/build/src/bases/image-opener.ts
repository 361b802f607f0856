import type { Platform } from '@boxer/dockerfile';
import type { Base } from './base.ts';

/** Opens images of the outside world. */
export interface ImageOpener {
  /** From a registry, or the local store. */
  openReference(reference: string, platform: Platform): Promise<Base>;
  /** @param location - directory of an OCI layout, with `:tag` or `@digest` */
  openLayout(location: string, platform: Platform): Promise<Base>;
  /** @param path - archive of `docker save` or of an OCI layout */
  openArchive(path: string, platform: Platform): Promise<Base>;
}
