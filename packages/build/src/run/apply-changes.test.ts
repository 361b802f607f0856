import { attributes, inlineContent, readContent, Spool, Tree } from '@boxer/fsimage';
import { ChangeStreamWriter } from '../testing/change-stream.ts';
import { applyChanges } from './apply-changes.ts';

const plain = attributes({ permissions: 0o644 });

function lowerTree(): Tree {
  const tree = new Tree();
  for (const path of ['/d', '/d/e', '/etc']) tree.mkdir(path, attributes({ permissions: 0o755 }));
  tree.writeFile('/d/a', inlineContent('A'), plain);
  tree.writeFile('/d/e/b', inlineContent('B'), plain);
  tree.link('/d/a', '/d/a2');
  tree.create('/link', { kind: 'symlink', target: 'd', ...plain });
  return tree;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** @returns `path kind mode content` of every entry */
async function describeTree(tree: Tree): Promise<string[]> {
  const lines: string[] = [];
  for (const { path, inode } of tree.walk()) {
    const content =
      inode.kind === 'file'
        ? (await readContent(inode.content)).toString()
        : inode.kind === 'symlink'
          ? inode.target
          : '';
    lines.push(`${path} ${inode.kind} ${inode.permissions.toString(8)} ${content}`.trimEnd());
  }
  return lines;
}

describe('applyChanges', () => {
  const everything = new ChangeStreamWriter()
    .directory('', 0o40700)
    .deleted('d/e')
    .file('d/new', 'N', 0o104755)
    .file('d/a', 'changed')
    .opaqueDirectory('etc')
    .file('etc/only', 'O')
    .symlink('s', '../x')
    .fileFrom('moved', 'd/e/b', 0o100600)
    .hardlink('again', 'd/new')
    .special('pipe', 0o010600)
    .special('null', 0o020666, (1 << 20) | 3)
    .deleted('link')
    .file('link', 'no link')
    .bytes();

  const expected = [
    '/ directory 700',
    '/again file 4755 N',
    '/d directory 755',
    '/d/a file 644 changed',
    '/d/a2 file 644 changed',
    '/d/new file 4755 N',
    '/etc directory 755',
    '/etc/only file 644 O',
    '/link file 644 no link',
    '/moved file 600 B',
    '/null character-device 666',
    '/pipe fifo 600',
    '/s symlink 777 ../x',
  ];

  // A stream is cut anywhere by who delivers it.
  it.each([1, 7, 4096])('does what the records say, %d bytes at a time', async (size) => {
    await using spool = await Spool.create();
    const tree = lowerTree();
    await applyChanges(tree, pieces(everything, size), spool);
    expect(await describeTree(tree)).toEqual(expected);
    const made = tree.lookup('/d/new')?.inode;
    expect(made).toMatchObject({
      uid: 5,
      gid: 6,
      mtime: { seconds: 1_000_000_000, nanoseconds: 7 },
      nlink: 2,
    });
    expect(made?.xattrs.get('user.a')).toEqual(new Uint8Array(Buffer.from('vw')));
    expect(tree.lookup('/null')?.inode).toMatchObject({ major: 1, minor: 3 });
  });

  it('keeps what lies under a directory whose metadata changed', async () => {
    await using spool = await Spool.create();
    const tree = lowerTree();
    await applyChanges(tree, pieces(new ChangeStreamWriter().directory('d', 0o40711).bytes(), 64), spool);
    expect(tree.lookup('/d')?.inode.permissions).toBe(0o711);
    expect(tree.lookup('/d/e/b')).toBeDefined();
  });

  it('takes the content of the tree as it was', async () => {
    await using spool = await Spool.create();
    const tree = lowerTree();
    const swap = new ChangeStreamWriter().fileFrom('d/a', 'd/e/b').fileFrom('d/e/b', 'd/a').bytes();
    await applyChanges(tree, pieces(swap, 64), spool);
    expect(await describeTree(tree)).toEqual(
      expect.arrayContaining(['/d/a file 644 B', '/d/e/b file 644 A']),
    );
  });

  // Oracle: link(2): both names are one file.
  it('keeps hard links to files of the tree, new and old names alike', async () => {
    await using spool = await Spool.create();
    const tree = lowerTree();
    // As a box writes it after: ln d/a new; ln new d/new2; rm d/a; chmod 600 new; mv d/e/b d/c
    const records = new ChangeStreamWriter()
      .fileFrom('new', 'd/a', 0o100600)
      .deleted('d/a')
      .hardlink('d/new2', 'new')
      .hardlink('d/a2', 'new')
      .fileFrom('d/c', 'd/e/b')
      .deleted('d/e/b')
      .bytes();
    await applyChanges(tree, pieces(records, 64), spool);
    expect(await describeTree(tree)).toEqual([
      '/ directory 755',
      '/d directory 755',
      '/d/a2 file 600 A',
      '/d/c file 644 B',
      '/d/e directory 755',
      '/d/new2 file 600 A',
      '/etc directory 755',
      '/link symlink 777 d',
      '/new file 600 A',
    ]);
    const ids = ['/new', '/d/new2', '/d/a2'].map((path) => tree.lookup(path)?.id);
    expect(new Set(ids).size).toBe(1);
    expect(tree.lookup('/new')?.inode).toMatchObject({ nlink: 3 });
    expect(tree.lookup('/d/c')?.inode).toMatchObject({ nlink: 1 });
  });

  // Oracle: reproducible-builds.org, SOURCE_DATE_EPOCH: later times are clamped to it.
  it('takes no time after the one that is given', async () => {
    await using spool = await Spool.create();
    for (const [latest, expected] of [
      [999_999_999, { seconds: 999_999_999, nanoseconds: 0 }],
      [1_000_000_001, { seconds: 1_000_000_000, nanoseconds: 7 }],
    ] as const) {
      const tree = lowerTree();
      await applyChanges(tree, pieces(new ChangeStreamWriter().file('n', 'N').bytes(), 64), spool, latest);
      expect(tree.lookup('/n')?.inode.mtime).toEqual(expected);
    }
  });

  it('refuses a stream that is cut off, at every length', async () => {
    await using spool = await Spool.create();
    for (let length = 0; length < everything.length; length += 3) {
      await expect(
        applyChanges(lowerTree(), pieces(everything.subarray(0, length), 100), spool),
      ).rejects.toThrow('Cannot store what RUN changed');
    }
  });

  it.each([
    ['an unknown kind', Buffer.from([99, 0, 0, 0, 0])],
    ['a path that is too long', Buffer.from([1, 255, 255, 255, 255])],
    ['a path with a NUL byte', new ChangeStreamWriter().deleted('a\0b').bytes()],
    ['a file below a file', new ChangeStreamWriter().file('d/a/x', '').bytes()],
    ['content of what is no file', new ChangeStreamWriter().fileFrom('x', 'd').bytes()],
    ['a link to what is not there', new ChangeStreamWriter().hardlink('x', 'nope').bytes()],
    ['a device of no kind', new ChangeStreamWriter().special('x', 0o150000).bytes()],
  ])('refuses %s', async (_, bytes) => {
    await using spool = await Spool.create();
    await expect(applyChanges(lowerTree(), pieces(bytes, 100), spool)).rejects.toThrow(
      'Cannot store what RUN changed',
    );
  });
});
