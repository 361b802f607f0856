import { decompress } from '@boxer/archive';
import type { Content } from '../content/content.ts';
import type { Spool } from '../content/spool.ts';
import { LayerEntryError, TreePathError } from '../errors.ts';
import type { PackedLayer } from '../packed/packed-layer.ts';
import { readTar, type TarEntryType } from '../tar/tar-reader.ts';
import type { TarMember } from '../tar/tar-writer.ts';
import { type Attributes, attributes, type InodeId, noXattrs, type NewLeaf } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';
import { type LayerLimits, LayerMeter } from './layer-limits.ts';
import { checkSymlinkTarget, parseWhiteout, splitEntryName } from './entry-path.ts';

export interface ApplyPackedLayerOptions {
  /** Aborting it rejects. */
  readonly signal?: AbortSignal;
  /**
   * Whether `.wh.` entries remove files, as in image layers; default true. False for ordinary archives (ADD), where
   * they are files like any other.
   */
  readonly whiteouts?: boolean;
  /** Directory inside the tree that takes the entries; default `/`. It must exist. */
  readonly directory?: string;
}

export interface ApplyLayerOptions extends ApplyPackedLayerOptions, LayerLimits {
  /** Takes the contents of the layer's files. */
  readonly spool: Spool;
}

export interface AppliedLayer {
  readonly entries: number;
  readonly contentBytes: number;
}

/** Directories that a layer implies without listing them. */
const IMPLIED_DIRECTORY = attributes({ permissions: 0o755 });

/**
 * Applies a layer to a tree: adds, replaces and removes files as its tar says. Compression (gzip, zstd) is detected.
 * After an error the tree is half changed: work on a clone where that matters.
 *
 * @param source - the tar stream; read to its end, also past the archive's end marker
 * @throws {@link TarFormatError} the archive is malformed or truncated
 * @throws {@link LayerEntryError} an entry is hostile or cannot be applied
 * @throws {@link LayerLimitError} the layer is larger than the options allow
 * @source OCI image-spec v1.1.0, layer.md ("Applying Changesets")
 */
export async function applyLayer(
  tree: Tree,
  source: AsyncIterable<Uint8Array>,
  options: ApplyLayerOptions,
): Promise<AppliedLayer> {
  const target = new LayerTarget(tree, options);
  const meter = new LayerMeter(options);
  for await (const entry of readTar(decompress(source))) {
    options.signal?.throwIfAborted();
    meter.count(entry.sizeBytes);
    await target.apply(entry, () => options.spool.store(entry.body()));
  }
  return { entries: meter.entries, contentBytes: meter.contentBytes };
}

/**
 * Applies a packed layer to a tree, whose files then refer to the layer: keep it open as long as they are read.
 *
 * @throws {@link LayerEntryError} an entry is hostile or cannot be applied
 * @throws {@link PackedLayerError} the layer's file is damaged
 */
export async function applyPackedLayer(
  tree: Tree,
  layer: PackedLayer,
  options: ApplyPackedLayerOptions = {},
): Promise<void> {
  const target = new LayerTarget(tree, options);
  const pack = await layer.pack();
  const members = layer.members();
  for await (const member of members) {
    options.signal?.throwIfAborted();
    const { link } = member;
    const entry: TarMember = link === undefined ? member : { ...member, type: 'hard-link', linkName: link };
    await target.apply(entry, () => pack.content(member.content));
  }
}

/** Provides the content of a file, once it is needed. */
type ContentOf = () => Content | Promise<Content>;

/** A place in the tree: a directory and a name in it. */
interface Place {
  readonly parent: InodeId;
  readonly name: string;
}

class LayerTarget {
  readonly #tree: Tree;
  readonly #options: ApplyPackedLayerOptions;
  readonly #top: string;
  /** Names that this layer made, which its own whiteouts must spare. */
  readonly #made = new Map<InodeId, Set<string>>();

  constructor(tree: Tree, options: ApplyPackedLayerOptions) {
    this.#tree = tree;
    this.#options = options;
    this.#top = tree.mkdirAll(options.directory ?? '/', IMPLIED_DIRECTORY).path;
  }

  async apply(entry: TarMember, content: ContentOf): Promise<void> {
    const components = splitEntryName(entry.name);
    const base = components.pop();
    if (base === undefined) {
      this.#applyRoot(entry);
      return;
    }
    const whiteout = this.#options.whiteouts === false ? undefined : parseWhiteout(base, entry.name);
    try {
      const parent = this.#directory(components);
      if (whiteout === undefined) await this.#make({ parent, name: base }, entry, content);
      else if (whiteout.kind === 'name') this.#hide({ parent, name: whiteout.name });
      else if (whiteout.kind === 'opaque') this.#hideChildren(parent);
    } catch (cause) {
      if (cause instanceof TreePathError) throw new LayerEntryError(entry.name, cause.message, { cause });
      throw cause;
    }
  }

  /** The directory that `components` name, made where missing; symbolic links on the way stay inside the root. */
  #directory(components: readonly string[]): InodeId {
    const operation = 'make directory';
    const path = `${this.#top}/${components.join('/')}`;
    const makeDirectory = (parent: InodeId, name: string): InodeId => {
      this.#remember({ parent, name });
      return this.#tree.mkdirAt(parent, name, IMPLIED_DIRECTORY);
    };
    const found = this.#tree.resolve(path, { follow: true, operation, makeDirectory });
    const id = found.id ?? makeDirectory(found.parent, found.name);
    if (this.#tree.inode(id).kind !== 'directory') throw new TreePathError('ENOTDIR', operation, path);
    return id;
  }

  #applyRoot(entry: TarMember): void {
    if (entry.type !== 'directory') throw new LayerEntryError(entry.name, 'the root must be a directory');
    if (this.#top === '/') this.#tree.setAttributes(this.#top, entryAttributes(entry));
  }

  async #make(place: Place, entry: TarMember, content: ContentOf): Promise<void> {
    if (entry.type === 'directory') return this.#makeDirectory(place, entry);
    if (entry.type === 'hard-link') return this.#makeLink(place, entry);
    const leaf = await this.#leaf(entry, entry.type, content);
    this.#clear(place);
    this.#tree.createAt(place.parent, place.name, leaf);
    this.#remember(place);
  }

  /** A directory over a directory keeps its children; over anything else, a link to a directory too, it replaces. */
  #makeDirectory(place: Place, entry: TarMember): void {
    const existing = this.#child(place);
    if (existing !== undefined && this.#tree.inode(existing).kind === 'directory') {
      this.#tree.setAttributesAt(existing, entryAttributes(entry));
    } else {
      this.#clear(place);
      this.#tree.mkdirAt(place.parent, place.name, entryAttributes(entry));
    }
    this.#remember(place);
  }

  #makeLink(place: Place, entry: TarMember): void {
    const target = `${this.#top}/${splitEntryName(entry.linkName).join('/')}`;
    const found = this.#tree.lookup(target, { follow: false });
    if (found === undefined) {
      throw new LayerEntryError(
        entry.name,
        `it is a hard link to ${JSON.stringify(entry.linkName)}, which does not exist`,
      );
    }
    if (found.inode.kind === 'directory') {
      throw new LayerEntryError(
        entry.name,
        `it is a hard link to ${JSON.stringify(entry.linkName)}, which is a directory`,
      );
    }
    if (this.#child(place) !== found.id) {
      this.#clearForLink(place, found.path, entry);
      this.#tree.linkAt(place.parent, place.name, found.id);
    }
    this.#remember(place);
  }

  /** The target must not lie in the directory that the link replaces. */
  #clearForLink(place: Place, target: string, entry: TarMember): void {
    this.#clear(place);
    if (this.#tree.lookup(target, { follow: false }) === undefined) {
      throw new LayerEntryError(entry.name, 'it is a hard link into the directory that it replaces');
    }
  }

  async #leaf(
    entry: TarMember,
    type: Exclude<TarEntryType, 'directory' | 'hard-link'>,
    content: ContentOf,
  ): Promise<NewLeaf> {
    const given = entryAttributes(entry);
    switch (type) {
      case 'symlink':
        return {
          ...given,
          kind: 'symlink',
          target: checkSymlinkTarget(entry.name, entry.linkName),
          permissions: 0o777,
        };
      case 'character-device':
      case 'block-device':
        return { ...given, kind: type, ...deviceNumbers(entry) };
      case 'fifo':
        return { ...given, kind: 'fifo' };
      case 'file':
        return { ...given, kind: 'file', content: await content() };
    }
  }

  #child({ parent, name }: Place): InodeId | undefined {
    const inode = this.#tree.inode(parent);
    return inode.kind === 'directory' ? inode.entries.get(name) : undefined;
  }

  #clear(place: Place): void {
    if (this.#child(place) !== undefined) this.#tree.removeAt(place.parent, place.name);
  }

  #remember({ parent, name }: Place): void {
    // Asked by whiteouts only.
    if (this.#options.whiteouts === false) return;
    const names = this.#made.get(parent);
    if (names === undefined) this.#made.set(parent, new Set([name]));
    else names.add(name);
  }

  /** Removes what lower layers put at a place; what this layer made there or below stays. */
  #hide(place: Place): void {
    const id = this.#child(place);
    if (id === undefined) return;
    const isMade = this.#made.get(place.parent)?.has(place.name) === true;
    const isDirectory = this.#tree.inode(id).kind === 'directory';
    if (isDirectory && (isMade || this.#hasMade(id))) this.#hideChildren(id);
    else if (!isMade) this.#tree.removeAt(place.parent, place.name);
  }

  /** As {@link #hide} for all entries of a directory and, where some of theirs stay, of those below. */
  #hideChildren(directory: InodeId): void {
    const pending = [directory];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      for (const child of this.#tree.list(id)) {
        const isDirectory = this.#tree.inode(child.id).kind === 'directory';
        if (isDirectory && this.#hasMade(child.id)) pending.push(child.id);
        else if (this.#made.get(id)?.has(child.name) !== true) this.#tree.removeAt(id, child.name);
        else if (isDirectory) pending.push(child.id);
      }
    }
  }

  /** Whether this layer made something at any depth below a directory. */
  #hasMade(directory: InodeId): boolean {
    const pending = [directory];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (this.#made.has(id)) return true;
      const inode = this.#tree.inode(id);
      if (inode.kind !== 'directory') continue;
      for (const child of inode.entries.values()) pending.push(child);
    }
    return false;
  }
}

/** @source Linux include/linux/kdev_t.h: 12 bits of major, 20 bits of minor number */
function deviceNumbers({ name, deviceMajor, deviceMinor }: TarMember): { major: number; minor: number } {
  if (deviceMajor < 0 || deviceMajor > 0xfff || deviceMinor < 0 || deviceMinor > 0xfffff) {
    throw new LayerEntryError(name, `there is no device ${deviceMajor}:${deviceMinor}`);
  }
  return { major: deviceMajor, minor: deviceMinor };
}

function entryAttributes(entry: TarMember): Attributes {
  return {
    permissions: entry.permissions,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    xattrs: entry.xattrs.size === 0 ? noXattrs : entry.xattrs,
  };
}
