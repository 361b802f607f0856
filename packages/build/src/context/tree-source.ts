import type { Digest } from '@boxer/foundation';
import { attributesOf, type Inode, type InodeId, type Tree } from '@boxer/fsimage';
import type { SourceEntry, SourceRoot } from './source-root.ts';

/** The filesystem of a stage or image as a source of files. */
export class TreeSource implements SourceRoot {
  readonly #tree: () => Promise<Tree>;

  /** @param tree - the files, or what makes them when somebody looks */
  constructor(
    readonly name: string,
    tree: Tree | (() => Promise<Tree>),
    readonly key?: Digest,
  ) {
    this.#tree = typeof tree === 'function' ? tree : () => Promise.resolve(tree);
  }

  async entry(path: string): Promise<SourceEntry | undefined> {
    const found = (await this.#tree()).lookup(path, { follow: false });
    return found === undefined ? undefined : sourceEntry(found.inode, found.id);
  }

  async names(path: string): Promise<readonly string[]> {
    const tree = await this.#tree();
    const found = tree.lookup(path, { follow: false });
    return found === undefined ? [] : tree.list(found.id).map(({ name }) => name);
  }
}

function sourceEntry(inode: Inode, id: InodeId): SourceEntry {
  const identity = inode.kind !== 'directory' && inode.nlink > 1 ? String(id) : undefined;
  if (inode.kind === 'directory') return { ...attributesOf(inode), kind: 'directory', identity };
  const { nlink: _, ...leaf } = inode;
  return { ...leaf, identity };
}
