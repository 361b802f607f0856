import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * @returns where Boxer keeps what it can fetch again: `BOXER_CACHE_DIR`, else `$XDG_CACHE_HOME/boxer`, else
 * `~/.cache/boxer`
 * @source XDG Base Directory Specification 0.8: relative paths are to be ignored
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['BOXER_CACHE_DIR'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = environment['XDG_CACHE_HOME'];
  return xdg !== undefined && xdg.startsWith('/') ? join(xdg, 'boxer') : join(homedir(), '.cache', 'boxer');
}
