import { inlineContent } from '../content/content.ts';
import { Spool } from '../content/spool.ts';
import { describeTree } from '../testing/describe-tree.ts';
import { seededRandom } from '@boxer/archive/testing';
import { mutateTree } from '../testing/random-tree.ts';
import { collect } from '@boxer/archive/testing';
import { attributes, type NewLeaf } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import { applyLayer } from './apply-layer.ts';
import { diffTrees } from './diff-trees.ts';
import { writeLayerTar } from './write-layer-tar.ts';

const file = (text: string): NewLeaf => ({
  ...attributes({ permissions: 0o644 }),
  kind: 'file',
  content: inlineContent(text),
});

let spool: Spool;
beforeAll(async () => {
  spool = await Spool.create();
});
afterAll(() => spool.close());

describe('diffTrees', () => {
  it('names what was added, changed and removed, and nothing else', async () => {
    const lower = new Tree();
    for (const name of ['same', 'changed', 'removed']) lower.create(`/${name}`, file(name));
    lower.mkdirAll('/dir/below', attributes({ permissions: 0o755 }));
    const upper = lower.clone();
    upper.writeFile('/changed', inlineContent('new'), attributes({ permissions: 0o644 }));
    upper.writeFile('/same', inlineContent('same'), attributes({ permissions: 0o644 }));
    upper.remove('/removed');
    upper.remove('/dir', { recursive: true });
    upper.create('/added', file('added'));
    expect((await diffTrees(lower, upper)).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'added /added',
      'changed /changed',
      'removed /dir',
      'removed /removed',
    ]);
  });

  it('links a new name to the file that the lower tree has', async () => {
    const lower = new Tree();
    lower.create('/file', file('x'));
    const upper = lower.clone();
    upper.link('/file', '/alias');
    expect(await diffTrees(lower, upper)).toMatchObject([
      { kind: 'linked', path: '/alias', target: '/file' },
    ]);
  });

  it('writes a file anew when it no longer is a link to another', async () => {
    const lower = new Tree();
    lower.create('/a', file('x'));
    lower.link('/a', '/b');
    const upper = lower.clone();
    upper.remove('/b');
    upper.create('/b', file('x'));
    expect(await diffTrees(lower, upper)).toMatchObject([{ kind: 'changed', path: '/b' }]);
  });

  // The law of a change set: lower + diff(lower, upper) = upper.
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
  it.each(seeds)('gives a layer that turns the lower tree into the upper one (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const lower = new Tree();
    mutateTree(lower, 40, random);
    const upper = lower.clone();
    mutateTree(upper, 30, random);
    const result = lower.clone();
    await applyLayer(result, writeLayerTar(upper, await diffTrees(lower, upper)), { spool });
    expect(await describeTree(result)).toEqual(await describeTree(upper));
    expect(await diffTrees(upper, result)).toEqual([]);
  });
});

describe('writeLayerTar', () => {
  it('gives equal bytes for equal trees', async () => {
    const trees = [1, 2].map(() => {
      const tree = new Tree();
      mutateTree(tree, 60, seededRandom(99));
      return tree;
    });
    const [first, second] = await Promise.all(trees.map((tree) => collect(writeLayerTar(tree))));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    expect(first?.byteLength).toBeGreaterThan(1024);
  });
});
