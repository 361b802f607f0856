import { inlineContent } from '../content/content.ts';
import { attributes } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import { diffTrees } from './diff-trees.ts';
import { selfContainedLinks } from './self-contained-links.ts';

describe('selfContainedLinks', () => {
  const plain = attributes({ permissions: 0o644 });

  // Oracle: BuildKit's overlay differ: `RUN ln /lower /a && ln /lower /z` stores a, and z as a link to it.
  it('makes the first new name of a lower file a file of its own', async () => {
    const lower = new Tree();
    lower.writeFile('/lower', inlineContent('L'), plain);
    const upper = lower.clone();
    upper.link('/lower', '/a');
    upper.link('/lower', '/z');
    upper.writeFile('/own', inlineContent('O'), plain);
    upper.link('/own', '/own2');
    const changes = await diffTrees(lower, upper);
    expect(changes).toContainEqual(expect.objectContaining({ path: '/a', kind: 'linked', target: '/lower' }));
    expect(
      selfContainedLinks(changes).map(({ path, kind, ...rest }) => [
        path,
        kind,
        'target' in rest ? rest.target : '',
      ]),
    ).toEqual([
      ['/a', 'added', ''],
      ['/own', 'added', ''],
      ['/own2', 'linked', '/own'],
      ['/z', 'linked', '/a'],
    ]);
  });
});
