import { attributes, inlineContent, Tree } from '@boxer/fsimage';
import { findUser, resolveOwner } from './users.ts';

function treeWith(files: Record<string, string>): Tree {
  const tree = new Tree();
  tree.mkdir('/etc', attributes({ permissions: 0o755 }));
  for (const [path, text] of Object.entries(files)) {
    tree.writeFile(path, inlineContent(text), attributes({ permissions: 0o644 }));
  }
  return tree;
}

const debian = treeWith({
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\n# comment\n\nwww-data:x:33:34:www:/var/www:/no\nbroken\nbad:x:q:1::/:/\n',
  '/etc/group': 'root:x:0:\ngames:x:60:\nwww-data:x:33:\n',
});

describe('resolveOwner', () => {
  // Oracle: golden case copy-chown-name and moby/buildkit file/user_linux.go.
  it.each([
    ['www-data', undefined, { uid: 33, gid: 34 }],
    ['www-data', 'games', { uid: 33, gid: 60 }],
    [undefined, 'games', { uid: 0, gid: 60 }],
    [11, undefined, { uid: 11, gid: 11 }],
    [33, undefined, { uid: 33, gid: 33 }],
    [11, 12, { uid: 11, gid: 12 }],
    ['root', 5, { uid: 0, gid: 5 }],
  ])('%s:%s', async (user, group, ids) => {
    expect(await resolveOwner(debian, user, group)).toEqual(ids);
  });

  it.each([['bob'], ['broken'], ['bad']])('does not know %s', async (user) => {
    await expect(resolveOwner(debian, user, undefined)).rejects.toThrow(`unable to find user ${user}`);
  });

  it('says what BuildKit says when there is no user database', async () => {
    await expect(resolveOwner(new Tree(), 'bob', undefined)).rejects.toThrow('invalid user index: -1');
  });

  it('finds homes by name and number', async () => {
    expect((await findUser(debian, 'www-data'))?.home).toBe('/var/www');
    expect((await findUser(debian, 0))?.home).toBe('/root');
    expect(await findUser(debian, 7)).toBeUndefined();
  });
});
