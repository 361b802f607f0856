import { parseByteSize } from '@boxer/build';
import { UsageError } from '../errors/usage-error.ts';

/** What layers and cache mounts may take, unless somebody says otherwise. */
export const DEFAULT_CACHE_MAX_SIZE = '10g';

/**
 * Reads `512m`, `10GB`, `1.5gib`: powers of 1024, as Docker has it.
 *
 * @throws {@link UsageError}
 */
export function parseCacheSize(command: string, flag: string, text: string): number {
  const bytes = parseByteSize(text);
  if (bytes === undefined)
    throw new UsageError(command, `invalid value ${JSON.stringify(text)} for ${flag}: write 512m or 10g`);
  return bytes;
}

/** The bound on the cache: the flag, else `BOXER_CACHE_MAX_SIZE`, else 10 GiB. @returns undefined for none, written 0 */
export function cacheMaxBytes(
  flag: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): number | undefined {
  const variable = environment['BOXER_CACHE_MAX_SIZE'] || undefined;
  const name = flag === undefined && variable !== undefined ? 'BOXER_CACHE_MAX_SIZE' : '--cache-max-size';
  const bytes = parseCacheSize('build', name, flag ?? variable ?? DEFAULT_CACHE_MAX_SIZE);
  return bytes === 0 ? undefined : bytes;
}
