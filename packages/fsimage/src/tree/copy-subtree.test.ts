import { inlineContent } from '../content/content.ts';
import { outline } from '../testing/describe-tree.ts';
import { copySubtree } from './copy-subtree.ts';
import { attributes, type NewLeaf } from './inode.ts';
import { Tree } from './tree.ts';

const directory = attributes({ permissions: 0o755 });
const file = (text: string): NewLeaf => ({ ...directory, kind: 'file', content: inlineContent(text) });

function source(): Tree {
  const tree = new Tree();
  tree.mkdirAll('/src/sub', attributes({ permissions: 0o700 }));
  tree.create('/src/a', file('a'));
  tree.create('/src/sub/b', file('b'));
  tree.link('/src/a', '/src/sub/a-too');
  return tree;
}

describe('copySubtree', () => {
  it('merges directories and replaces files', async () => {
    const target = new Tree();
    target.mkdirAll('/dst/sub', directory);
    target.create('/dst/a', file('old'));
    target.create('/dst/sub/kept', file('kept'));
    copySubtree(source(), '/src', target, '/dst');
    expect(await outline(target)).toEqual({
      '/dst': 'directory',
      '/dst/a': 'a',
      '/dst/sub': 'directory',
      '/dst/sub/a-too': 'a',
      '/dst/sub/b': 'b',
      '/dst/sub/kept': 'kept',
    });
    expect(target.lookup('/dst')?.inode.permissions).toBe(0o755);
    expect(target.lookup('/dst/sub')?.inode.permissions).toBe(0o700);
    expect(target.lookup('/dst/a')?.id).toBe(target.lookup('/dst/sub/a-too')?.id);
  });

  it('leaves out what the filter refuses and sets the attributes that are asked for', async () => {
    const target = new Tree();
    copySubtree(source(), '/src', target, '/x', {
      filter: (path) => path !== 'sub',
      attributes: (_, inode) => ({ ...inode, uid: 7 }),
    });
    expect(await outline(target)).toEqual({ '/x': 'directory', '/x/a': 'a' });
    expect(target.lookup('/x/a')?.inode).toMatchObject({ uid: 7, nlink: 1 });
  });

  it('follows links to the target, and copies links as such', () => {
    const tree = source();
    tree.create('/link', { ...directory, kind: 'symlink', target: 'src' });
    const target = new Tree();
    target.mkdirAll('/real', directory);
    target.create('/to-real', { ...directory, kind: 'symlink', target: 'real' });
    copySubtree(tree, '/src', target, '/to-real');
    copySubtree(tree, '/link', target, '/real/link');
    expect(target.lookup('/real/sub/b')).toBeDefined();
    expect(target.lookup('/real/link', { follow: false })?.inode.kind).toBe('symlink');
  });

  it('copies a directory into itself once', async () => {
    const tree = source();
    copySubtree(tree, '/src', tree, '/src/sub/copy');
    expect(Object.keys(await outline(tree)).filter((path) => path.includes('copy'))).toEqual([
      '/src/sub/copy',
      '/src/sub/copy/a',
      '/src/sub/copy/sub',
      '/src/sub/copy/sub/a-too',
      '/src/sub/copy/sub/b',
    ]);
  });

  it('refuses to replace a directory by a file and the other way round, unless told to', () => {
    const target = new Tree();
    target.mkdirAll('/a', directory);
    target.create('/src', file(''));
    expect(() => copySubtree(source(), '/src/a', target, '/a')).toThrow(/EISDIR/);
    expect(() => copySubtree(source(), '/src', target, '/src')).toThrow(/ENOTDIR/);
    copySubtree(source(), '/src/a', target, '/a', { replace: true });
    copySubtree(source(), '/src', target, '/src', { replace: true });
    expect(target.lookup('/src/sub/b')).toBeDefined();
    expect(target.lookup('/a')?.inode.kind).toBe('file');
  });
});
