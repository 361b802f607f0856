import { hasPathWildcards } from '@boxer/dockerfile';
import { followPath } from '../context/follow-path.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { compileGlob } from './patterns.ts';

/**
 * Finds what a source path with wildcards names.
 *
 * @param path - absolute and clean, may hold the wildcards of Go's filepath.Match
 * @returns paths in the order of the walk; the path itself when it has no wildcard; none when nothing matches
 * @source github.com/tonistiigi/fsutil copy/copy.go, ResolveWildcards
 */
export async function resolveWildcards(root: SourceRoot, path: string): Promise<readonly string[]> {
  const parts = path.split('/').filter((part) => part !== '');
  const firstWild = parts.findIndex(hasPathWildcards);
  if (firstWild === -1) return [path];
  const base = await followPath(root, `/${parts.slice(0, firstWild).join('/')}`, true);
  if (base?.entry.kind !== 'directory') return [];
  const found: string[] = [];
  await collect(root, base.path, parts.slice(firstWild), found);
  return found;
}

/** Walks one directory per remaining segment; links on the way are not followed. */
async function collect(
  root: SourceRoot,
  directory: string,
  [pattern, ...rest]: readonly string[],
  found: string[],
): Promise<void> {
  if (pattern === undefined) return;
  const matches = compileGlob(pattern);
  for (const name of await root.names(directory)) {
    if (!matches(name)) continue;
    const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
    if (rest.length === 0) found.push(path);
    else if ((await root.entry(path))?.kind === 'directory') await collect(root, path, rest, found);
  }
}
