import type { SourceEntry, SourceRoot } from './source-root.ts';

/** As many symbolic links as BuildKit follows. @source moby/buildkit cache/contenthash, "too many links" */
const LINK_LIMIT = 255;

/** An object and the path where it really lies. */
export interface FoundEntry {
  /** Absolute, clean, without symbolic links. */
  readonly path: string;
  readonly entry: SourceEntry;
}

/**
 * Walks a path with the source's root as the root: neither `..` nor a symbolic link leads out of it.
 *
 * @param followLast - whether a symbolic link at the end is followed
 * @returns undefined when something on the way is missing, is no directory, or links go round in circles
 */
export async function followPath(
  root: SourceRoot,
  path: string,
  followLast: boolean,
): Promise<FoundEntry | undefined> {
  const pending = components(path);
  let here: string[] = [];
  let entry = await root.entry('/');
  let links = 0;
  while (pending.length > 0 && entry !== undefined) {
    const name = pending.pop() ?? '';
    if (name === '..') {
      here.pop();
      entry = await root.entry(absolute(here));
      continue;
    }
    if (entry.kind !== 'directory') return undefined;
    const child: SourceEntry | undefined = await root.entry(absolute([...here, name]));
    if (child?.kind === 'symlink' && (pending.length > 0 || followLast)) {
      if (++links > LINK_LIMIT) return undefined;
      if (child.target.startsWith('/')) {
        here = [];
        entry = await root.entry('/');
      }
      pending.push(...components(child.target));
    } else {
      here.push(name);
      entry = child;
    }
  }
  return entry === undefined ? undefined : { path: absolute(here), entry };
}

function absolute(names: readonly string[]): string {
  return `/${names.join('/')}`;
}

/** Components of a path, last one first. */
function components(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .reverse();
}
