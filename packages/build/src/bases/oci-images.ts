import type { Platform } from '@boxer/dockerfile';
import { formatPlatform } from '@boxer/dockerfile';
import { BaseError } from '../errors/base-error.ts';
import type { Base } from './base.ts';
import type { ImageOpener } from './image-opener.ts';

export class OciImages implements ImageOpener {
  constructor(_options: unknown) {}
  async openReference(reference: string, platform: Platform): Promise<Base> {
    throw new BaseError(`${reference} (${formatPlatform(platform)})`, 'pulling images is not bound yet');
  }
  async openLayout(location: string): Promise<Base> {
    throw new BaseError(location, 'not bound yet');
  }
  async openArchive(path: string): Promise<Base> {
    throw new BaseError(path, 'not bound yet');
  }
}
