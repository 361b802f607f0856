import { inlineContent } from '../content/content.ts';
import { TreePathError } from '../errors.ts';
import { outline } from '../testing/describe-tree.ts';
import { attributes, type NewLeaf } from './inode.ts';
import { Tree } from './tree.ts';

const plain = attributes({ permissions: 0o644 });
const directory = attributes({ permissions: 0o755 });
const file = (text: string): NewLeaf => ({ ...plain, kind: 'file', content: inlineContent(text) });
const symlink = (target: string): NewLeaf => ({ ...plain, kind: 'symlink', target });

/** `d/f`, `d/e/`, and links around them. */
function sample(): Tree {
  const tree = new Tree();
  tree.mkdirAll('/d/e', directory);
  tree.create('/d/f', file('text'));
  tree.create('/to-d', symlink('d'));
  tree.create('/d/up', symlink('../../../d/f'));
  tree.create('/dangling', symlink('/d/missing'));
  return tree;
}

/** The errno that an operation fails with. */
function errnoOf(operation: () => unknown): string | undefined {
  try {
    operation();
    return undefined;
  } catch (error) {
    if (error instanceof TreePathError) return error.errno;
    throw error;
  }
}

describe('paths', () => {
  // Oracle: path_resolution(7), with the tree's root as the process's root.
  it.each([
    ['/', '/'],
    ['', '/'],
    ['d', '/d'],
    ['//d/./e/../f', '/d/f'],
    ['/to-d/f', '/d/f'],
    ['/d/up', '/d/f'],
    ['/../../d', '/d'],
    ['/to-d/e/..', '/d'],
    ['/to-d/', '/d'],
  ])('%j leads to %s', (path, expected) => {
    expect(sample().lookup(path)?.path).toBe(expected);
  });

  it.each(['/missing', '/d/f/x', '/d/missing/x', '/dangling'])('%s leads nowhere', (path) => {
    expect(sample().lookup(path)).toBeUndefined();
  });

  it('stops at a link when it is not followed', () => {
    expect(sample().lookup('/to-d', { follow: false })?.inode.kind).toBe('symlink');
  });
});

describe('operations', () => {
  // Oracle: the errors that mkdir(2), link(2), unlink(2), rmdir(2) and rename(2) document.
  it.each<[string, (tree: Tree) => unknown, string]>([
    ['mkdir of an existing name', (tree) => tree.mkdir('/d', directory), 'EEXIST'],
    ['mkdir without parent', (tree) => tree.mkdir('/x/y', directory), 'ENOENT'],
    ['mkdir -p over a file', (tree) => tree.mkdirAll('/d/f', directory), 'ENOTDIR'],
    ['mkdir -p through a file', (tree) => tree.mkdirAll('/d/f/g', directory), 'ENOTDIR'],
    ['create in a file', (tree) => tree.create('/d/f/g', file('')), 'ENOTDIR'],
    ['write to a directory', (tree) => tree.writeFile('/d', inlineContent(''), plain), 'EISDIR'],
    ['link to a directory', (tree) => tree.link('/d', '/x'), 'EPERM'],
    ['link over an existing name', (tree) => tree.link('/d/f', '/to-d'), 'EEXIST'],
    ['removal of a full directory', (tree) => tree.remove('/d'), 'ENOTEMPTY'],
    ['removal of the root', (tree) => tree.remove('/', { recursive: true }), 'EBUSY'],
    ['removal of nothing', (tree) => tree.remove('/x'), 'ENOENT'],
    ['rename into itself', (tree) => tree.rename('/d', '/d/e/x'), 'EINVAL'],
    ['rename of a file over a directory', (tree) => tree.rename('/d/f', '/d/e'), 'EISDIR'],
    ['rename of a directory over a file', (tree) => tree.rename('/d/e', '/d/f'), 'ENOTDIR'],
    [
      'rename over a full directory',
      (tree) => (tree.mkdirAll('/x', directory), tree.rename('/x', '/d')),
      'ENOTEMPTY',
    ],
    ['a loop', (tree) => (tree.create('/l', symlink('l')), tree.lookup('/l')), 'ELOOP'],
    ['a long name', (tree) => tree.create(`/${'é'.repeat(128)}`, file('')), 'ENAMETOOLONG'],
    ['a name with NUL', (tree) => tree.create('/a\0b', file('')), 'EINVAL'],
  ])('%s fails with its errno', (_, operation, errno) => {
    expect(errnoOf(() => operation(sample()))).toBe(errno);
  });

  it('follow a dangling link when writing or making directories', () => {
    const tree = sample();
    tree.writeFile('/dangling', inlineContent('new'), plain);
    tree.create('/to-new', symlink('new/deep'));
    tree.mkdirAll('/to-new/er', directory);
    const paths = [...tree.walk()].map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/d/missing', '/new/deep/er']));
  });

  it('keep names of one inode together', () => {
    const tree = sample();
    tree.link('/d/f', '/hard');
    tree.writeFile('/hard', inlineContent('changed'), plain);
    expect(tree.lookup('/d/f')?.inode.nlink).toBe(2);
    tree.rename('/hard', '/d/f');
    expect(tree.lookup('/hard')).toBeDefined();
    tree.remove('/d/f');
    expect(tree.lookup('/hard')?.inode.nlink).toBe(1);
  });

  it('count the links of directories as Linux does', () => {
    const tree = sample();
    expect(tree.linkCount(tree.root)).toBe(3);
    expect(tree.linkCount(tree.mkdirAll('/d/e', directory).id)).toBe(2);
  });

  it('list names by their bytes', () => {
    const tree = new Tree();
    // U+FF5E sorts before U+1F600 in UTF-8, and after it in UTF-16.
    for (const name of ['b', 'a-', 'a', '\u{1f600}', '\uff5e', 'B']) tree.create(`/${name}`, file(''));
    expect(tree.list(tree.root).map(({ name }) => name)).toEqual([
      'B',
      'a',
      'a-',
      'b',
      '\uff5e',
      '\u{1f600}',
    ]);
  });
});

describe('clones', () => {
  it('are independent of each other, in both directions', async () => {
    const original = sample();
    const before = await outline(original);
    const clone = original.clone();
    clone.remove('/d/e');
    clone.create('/d/new', file('new'));
    clone.setAttributes('/d/f', { permissions: 0o600 });
    const cloned = await outline(clone);
    expect(await outline(original)).toEqual(before);
    expect(original.lookup('/d/f')?.inode.permissions).toBe(0o644);
    original.remove('/d', { recursive: true });
    original.create('/other', file('other'));
    expect(await outline(clone)).toEqual(cloned);
  });

  it('are cheap', () => {
    const tree = new Tree();
    for (let index = 0; index < 1000; index++) {
      tree.mkdirAll(`/d${index}`, directory);
      for (let child = 0; child < 20; child++) tree.create(`/d${index}/${child}`, file(''));
    }
    const clone = tree.clone();
    clone.create('/d7/new', file(''));
    const shared = [...tree.walk()].filter(({ id, inode }) => clone.inode(id) === inode);
    expect(shared.length).toBe(1 + 1000 + 20_000 - 1);
  });
});
