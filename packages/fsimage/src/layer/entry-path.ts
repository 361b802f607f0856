import { LayerEntryError } from '../errors.ts';
import { encodeName, NAME_MAX_BYTES, PATH_MAX_BYTES } from '../file-name.ts';

/** Marks a removed file. @source OCI image-spec v1.1.0, layer.md ("Whiteouts") */
export const WHITEOUT_PREFIX = '.wh.';
/** Marks a directory whose lower contents are hidden. @source OCI image-spec v1.1.0, layer.md ("Opaque Whiteout") */
export const OPAQUE_WHITEOUT = '.wh..wh..opq';
/** Bookkeeping of AUFS, which Docker skips as well. @source moby pkg/archive/whiteouts.go, WhiteoutMetaPrefix */
export const WHITEOUT_META_PREFIX = '.wh..wh.';

/**
 * Splits an entry's name: absolute names are relative to the root, empty and `.` components vanish.
 *
 * @returns the components; none for the root itself
 * @throws {@link LayerEntryError} for `..`, NUL bytes, and names that Linux could not hold
 */
export function splitEntryName(name: string): string[] {
  if (name === '') throw new LayerEntryError(name, 'its name is empty');
  if (name.includes('\0')) throw new LayerEntryError(name, 'its name holds a NUL byte');
  if (byteLength(name) > PATH_MAX_BYTES) throw new LayerEntryError(shorten(name), 'its path is too long');
  const components = name.split('/').filter((component) => component !== '' && component !== '.');
  for (const component of components) {
    if (component === '..') throw new LayerEntryError(name, 'its path holds ".."');
    if (byteLength(component) > NAME_MAX_BYTES)
      throw new LayerEntryError(shorten(name), 'its name is too long');
  }
  return components;
}

/** @throws {@link LayerEntryError} for what symlink(2) refuses */
export function checkSymlinkTarget(name: string, target: string): string {
  if (target === '') throw new LayerEntryError(name, 'the target of the symbolic link is empty');
  if (target.includes('\0'))
    throw new LayerEntryError(name, 'the target of the symbolic link holds a NUL byte');
  if (byteLength(target) > PATH_MAX_BYTES)
    throw new LayerEntryError(name, 'the target of the symbolic link is too long');
  return target;
}

/** What a whiteout entry hides: a sibling's name, everything lower in its directory, or nothing. */
export type Whiteout =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'ignored' };

/** @returns what the entry called `base` hides, or undefined when it is not a whiteout */
export function parseWhiteout(base: string, entryName: string): Whiteout | undefined {
  if (!base.startsWith(WHITEOUT_PREFIX)) return undefined;
  if (base === OPAQUE_WHITEOUT) return { kind: 'opaque' };
  if (base.startsWith(WHITEOUT_META_PREFIX)) return { kind: 'ignored' };
  const name = base.slice(WHITEOUT_PREFIX.length);
  if (name === '' || name === '.' || name === '..')
    throw new LayerEntryError(entryName, 'the whiteout names no file');
  return { kind: 'name', name };
}

function byteLength(name: string): number {
  return name.length * 3 <= NAME_MAX_BYTES ? name.length : encodeName(name).byteLength;
}

function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
