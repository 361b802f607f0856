import { normalizePlatform, type Platform } from '@boxer/oci';
import { UsageError } from '../errors/usage-error.ts';

/** Reads `OS/ARCH[/VARIANT]`. @throws {@link UsageError} */
export function parsePlatformFlag(text: string): Platform {
  const [os, architecture, variant, ...more] = text.split('/');
  if (!os || !architecture || more.length > 0) {
    throw new UsageError('image', `invalid value ${JSON.stringify(text)} for --platform: write linux/arm64`);
  }
  return normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}
