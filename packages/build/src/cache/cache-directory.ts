import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Boxer keeps what it can make again: `BOXER_CACHE_DIR`, else `boxer` in the user's cache directory.
 *
 * @source XDG Base Directory Specification, "Environment variables"
 */
export function defaultCacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (env['BOXER_CACHE_DIR'] !== undefined && env['BOXER_CACHE_DIR'] !== '') return env['BOXER_CACHE_DIR'];
  if (env['XDG_CACHE_HOME'] !== undefined && env['XDG_CACHE_HOME'].startsWith('/')) {
    return join(env['XDG_CACHE_HOME'], 'boxer');
  }
  return join(homedir(), '.cache', 'boxer');
}
