import { Spool } from '../content/spool.ts';
import { LayerEntryError, LayerLimitError, TarFormatError } from '../errors.ts';
import { outline } from '../testing/describe-tree.ts';
import { encodeMember, type MadeMember, makeTar } from '../testing/make-tar.ts';
import { inPieces } from '@boxer/archive/testing';
import { Tree } from '../tree/tree.ts';
import { applyLayer, type ApplyLayerOptions } from './apply-layer.ts';

let spool: Spool;
beforeAll(async () => {
  spool = await Spool.create();
});
afterAll(() => spool.close());

/** Applies made-up layers, one over the other. */
async function layered(...layers: MadeMember[][]): Promise<Tree> {
  const tree = new Tree();
  for (const layer of layers) await apply(tree, makeTar(layer));
  return tree;
}

function apply(tree: Tree, tar: Uint8Array, options: Partial<ApplyLayerOptions> = {}): Promise<unknown> {
  return applyLayer(tree, inPieces(tar), { spool, ...options });
}

describe('whiteouts', () => {
  // Oracle: the examples of OCI image-spec v1.1.0, layer.md, "Whiteouts" and "Opaque Whiteout".
  it('removes the file that a whiteout names', async () => {
    const tree = await layered(
      [{ name: './' }, { name: './etc/' }, { name: './etc/my-app-config', content: 'old' }],
      [
        { name: './etc/' },
        { name: './etc/my-app.d/' },
        { name: './etc/my-app.d/default.cfg' },
        { name: './etc/.wh.my-app-config' },
      ],
    );
    expect(await outline(tree)).toEqual({
      '/etc': 'directory',
      '/etc/my-app.d': 'directory',
      '/etc/my-app.d/default.cfg': '',
    });
  });

  const lower: MadeMember[] = [
    { name: 'bin/my-app-binary' },
    { name: 'bin/my-app-tools' },
    { name: 'bin/tools/my-app-tool-one' },
  ];
  it.each([
    [
      'first',
      [
        { name: 'bin/.wh..wh..opq' },
        { name: 'bin/new', content: 'n' },
        { name: 'bin/tools/two', content: '2' },
      ],
    ],
    [
      'last',
      [
        { name: 'bin/new', content: 'n' },
        { name: 'bin/tools/two', content: '2' },
        { name: 'bin/.wh..wh..opq' },
      ],
    ],
  ])(
    'hides everything lower, and nothing of its own layer, when an opaque whiteout comes %s',
    async (_, upper) => {
      expect(await outline(await layered(lower, upper))).toEqual({
        '/bin': 'directory',
        '/bin/new': 'n',
        '/bin/tools': 'directory',
        '/bin/tools/two': '2',
      });
    },
  );

  it('spares files of its own layer, whatever the order', async () => {
    const upper = [
      { name: 'a', content: 'new' },
      { name: '.wh.a' },
      { name: '.wh.d' },
      { name: 'd/x', content: 'x' },
    ];
    const tree = await layered([{ name: 'a', content: 'old' }, { name: 'd/old' }], upper);
    expect(await outline(tree)).toEqual({ '/a': 'new', '/d': 'directory', '/d/x': 'x' });
  });

  it('removes a whole directory, and ignores what is not there', async () => {
    const tree = await layered(
      [{ name: 'd/e/f' }, { name: 'g' }],
      [{ name: '.wh.d' }, { name: '.wh.nothing' }, { name: 'h/.wh.x' }],
    );
    expect(await outline(tree)).toEqual({ '/g': '', '/h': 'directory' });
  });

  it('skips the bookkeeping of AUFS', async () => {
    expect(await outline(await layered([{ name: '.wh..wh.aufs' }, { name: '.wh..wh.plnk/' }]))).toEqual({});
  });

  it('keeps them as files in archives that are no layers', async () => {
    const tree = new Tree();
    await apply(tree, makeTar([{ name: '.wh.a' }]), { whiteouts: false });
    expect(await outline(tree)).toEqual({ '/.wh.a': '' });
  });
});

describe('replacing', () => {
  // Oracle: OCI image-spec v1.1.0, layer.md, "Applying Changesets"; moby pkg/archive/diff.go for links to directories.
  it.each<[string, MadeMember[], MadeMember[], Record<string, string>]>([
    ['a directory by a file', [{ name: 'a/b' }], [{ name: 'a', content: 'f' }], { '/a': 'f' }],
    [
      'a file by a directory',
      [{ name: 'a' }],
      [{ name: 'a/' }, { name: 'a/b' }],
      { '/a': 'directory', '/a/b': '' },
    ],
    ['a directory by a directory', [{ name: 'a/b' }], [{ name: 'a/' }], { '/a': 'directory', '/a/b': '' }],
    [
      'a link to a directory by a directory',
      [{ name: 'usr/lib/x' }, { name: 'lib', type: 'symlink', linkName: 'usr/lib' }],
      [{ name: 'lib/' }],
      { '/lib': 'directory', '/usr': 'directory', '/usr/lib': 'directory', '/usr/lib/x': '' },
    ],
  ])('%s', async (_, lower, upper, expected) => {
    expect(await outline(await layered(lower, upper))).toEqual(expected);
  });

  it('breaks hard links of lower layers instead of writing through them', async () => {
    const tree = await layered(
      [
        { name: 'a', content: 'old' },
        { name: 'b', type: 'hard-link', linkName: 'a' },
      ],
      [{ name: 'a', content: 'new' }],
    );
    expect(await outline(tree)).toEqual({ '/a': 'new', '/b': 'old' });
    expect(tree.lookup('/b')?.inode.nlink).toBe(1);
  });

  it('links to files of lower layers', async () => {
    const tree = await layered(
      [{ name: 'a', content: 'x' }],
      [{ name: 'd/b', type: 'hard-link', linkName: '/a' }],
    );
    expect(tree.lookup('/d/b')?.id).toBe(tree.lookup('/a')?.id);
    expect(tree.lookup('/a')?.inode.nlink).toBe(2);
  });
});

describe('symbolic links in the path of an entry', () => {
  // Oracle: path_resolution(7) under chroot(2), which is how Docker applies layers.
  it.each([
    ['/target', '/target/file'],
    ['../../../target', '/target/file'],
    ['../../../../etc', '/etc/file'],
  ])('are resolved inside the root: %s', async (linkName, expected) => {
    const tree = await layered(
      [{ name: 'target/' }, { name: 'etc/' }, { name: 'a/link', type: 'symlink', linkName }],
      [{ name: 'a/link/file', content: 'here' }],
    );
    expect(tree.lookup(expected, { follow: false })?.inode.kind).toBe('file');
  });

  it('make the directory that a dangling link names', async () => {
    const tree = await layered([
      { name: 'run', type: 'symlink', linkName: '/var/run' },
      { name: 'run/lock' },
    ]);
    expect(tree.lookup('/var/run/lock', { follow: false })?.inode.kind).toBe('file');
  });
});

describe('hostile archives', () => {
  const symlinkLoop: MadeMember[] = [
    { name: 'a', type: 'symlink', linkName: 'b' },
    { name: 'b', type: 'symlink', linkName: 'a' },
    { name: 'a/file' },
  ];
  it.each<[string, MadeMember[], RegExp]>([
    ['a name with ..', [{ name: '../escape' }], /holds "\.\."/],
    ['a name with .. inside', [{ name: 'a/../../escape' }], /holds "\.\."/],
    ['a hard link with ..', [{ name: 'a', type: 'hard-link', linkName: '../etc/passwd' }], /holds "\.\."/],
    ['a hard link to nothing', [{ name: 'a', type: 'hard-link', linkName: 'b' }], /does not exist/],
    [
      'a hard link to a directory',
      [{ name: 'd/' }, { name: 'a', type: 'hard-link', linkName: 'd' }],
      /is a directory/,
    ],
    [
      'a hard link into what it replaces',
      [{ name: 'd/f' }, { name: 'd', type: 'hard-link', linkName: 'd/f' }],
      /replaces/,
    ],
    ['a loop of symbolic links', symlinkLoop, /ELOOP/],
    ['a file as directory', [{ name: 'a' }, { name: 'a/b' }], /ENOTDIR/],
    ['an empty symbolic link', [{ name: 'a', type: 'symlink', linkName: '' }], /is empty/],
    ['a NUL in a name', [{ name: `a\0${'b'.repeat(120)}` }], /NUL/],
    ['a long name', [{ name: 'n'.repeat(256) }], /too long/],
    ['a long path', [{ name: 'n/'.repeat(2049) }], /too long/],
    ['a long symbolic link', [{ name: 'a', type: 'symlink', linkName: 'n/'.repeat(2049) }], /too long/],
    [
      'a root that is a file',
      [
        { name: './', type: 'file' },
        { name: '.', type: 'symlink', linkName: 'x' },
      ],
      /root/,
    ],
    ['a whiteout of the parent', [{ name: 'a/.wh...' }], /names no file/],
    ['a whiteout of nothing', [{ name: 'a/.wh.' }], /names no file/],
    ['an impossible device', [{ name: 'a', type: 'character-device', deviceMajor: 4096 }], /no device/],
  ])('are refused: %s', async (_, members, message) => {
    const tar = makeTar(members);
    await expect(apply(new Tree(), tar)).rejects.toThrow(LayerEntryError);
    await expect(apply(new Tree(), tar)).rejects.toThrow(message);
  });

  it('are refused when they hold more than allowed', async () => {
    const tar = makeTar([{ name: 'a', content: 'four' }, { name: 'b' }]);
    await expect(apply(new Tree(), tar, { maxContentBytes: 3 })).rejects.toThrow(LayerLimitError);
    await expect(apply(new Tree(), tar, { maxEntries: 1 })).rejects.toThrow(LayerLimitError);
  });

  it('are refused when truncated, wherever that is', async () => {
    const tar = makeTar([
      { name: 'a', content: 'x'.repeat(700) },
      { name: `long/${'b'.repeat(150)}`, content: 'y' },
    ]);
    const withoutTrailer = tar.byteLength - 1024;
    const ends = [0, encodeMember({ name: 'a', content: 'x'.repeat(700) }).byteLength];
    for (let length = 1; length < withoutTrailer; length += 37) {
      if (ends.includes(length)) continue;
      await expect(apply(new Tree(), tar.subarray(0, length))).rejects.toThrow(TarFormatError);
    }
  });

  it('end with an error when random bytes are changed, or are applied, but never hang or crash', async () => {
    const tar = makeTar([
      { name: 'd/' },
      { name: 'd/a', content: 'abc' },
      { name: 'l', type: 'symlink', linkName: 'd' },
    ]);
    for (let at = 0; at < tar.byteLength; at += 13) {
      const broken = Buffer.from(tar);
      broken[at] = (broken[at] ?? 0) ^ 0x41;
      await apply(new Tree(), broken).catch((error: unknown) => {
        expect([LayerEntryError, TarFormatError].some((type) => error instanceof type)).toBe(true);
      });
    }
  });
});

describe('options', () => {
  it('applies below a directory, and keeps absolute links inside it', async () => {
    const tree = await layered([{ name: 'app', type: 'symlink', linkName: 'srv/app' }]);
    const members: MadeMember[] = [
      { name: '/x', content: '1' },
      { name: 'y', type: 'hard-link', linkName: 'x' },
    ];
    await apply(tree, makeTar(members), { directory: '/app' });
    expect(await outline(tree)).toMatchObject({ '/srv/app/x': '1', '/srv/app/y': '1' });
  });

  it('stops when the signal is aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(apply(new Tree(), makeTar([{ name: 'a' }]), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });
});
