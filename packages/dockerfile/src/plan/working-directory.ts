import { cleanPath, joinPath } from '../gotext/clean-path.ts';

/**
 * Applies WORKDIR.
 *
 * @param current - `WorkingDir` of the config so far
 * @returns `stored`, the value for the config, in which an absolute path stays as written; and `path`, clean
 * @source buildkit, util/system, NormalizeWorkdir
 */
export function normalizeWorkdir(current: string, requested: string): { stored: string; path: string } {
  const parent = current.startsWith('/') ? current : joinPath('/', current);
  const wanted = requested === '' ? parent : requested;
  const stored = wanted.startsWith('/') ? wanted : joinPath(parent, wanted);
  return { stored, path: cleanPath(stored) };
}

/**
 * Resolves the destination of COPY and ADD.
 *
 * @returns absolute and clean, but for a final `/` or `/.`, which is kept
 */
export function resolveDestination(workdir: string, dest: string): string {
  const wanted = dest === '' || dest === '.' ? './' : dest;
  const path = wanted.startsWith('/') ? cleanPath(wanted) : joinPath('/', workdir, wanted);
  if (wanted.endsWith('/')) return path.endsWith('/') ? path : `${path}/`;
  if (!wanted.endsWith('/.')) return path;
  return path === '/' ? '/.' : `${path}/.`;
}
