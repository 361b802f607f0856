import { inlineContent } from '../content/content.ts';
import { attributes, type Attributes, type NewLeaf } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';

const NAMES = ['a', 'b', 'c', 'd', 'ü', 'long-'.repeat(40)];

/** Changes a tree at random: makes, replaces, links, moves, removes and touches what it finds. */
export function mutateTree(tree: Tree, steps: number, random: (limit: number) => number): void {
  for (let step = 0; step < steps; step++) {
    const entries = [...tree.walk()];
    const pick = (): string => entries[random(entries.length)]?.path ?? '/';
    const directories = entries.filter(({ inode }) => inode.kind === 'directory');
    const parent = directories[random(directories.length)]?.path ?? '/';
    const fresh = `${parent === '/' ? '' : parent}/${NAMES[random(NAMES.length)]}`;
    try {
      mutateOnce(tree, random, pick, fresh);
    } catch (error) {
      // Random operations may be impossible: that is no matter here.
      if (!(error instanceof Error && 'errno' in error)) throw error;
    }
  }
}

function mutateOnce(tree: Tree, random: (limit: number) => number, pick: () => string, fresh: string): void {
  switch (random(9)) {
    case 0:
    case 1:
      tree.mkdir(fresh, randomAttributes(random));
      break;
    case 2:
    case 3:
      tree.create(fresh, randomLeaf(random));
      break;
    case 4:
      tree.link(pick(), fresh);
      break;
    case 5:
      tree.rename(pick(), fresh);
      break;
    case 6:
      tree.remove(pick(), { recursive: random(3) === 0 });
      break;
    case 7:
      tree.setAttributes(pick(), randomAttributes(random), { follow: false });
      break;
    default:
      tree.remove(fresh, { recursive: true });
      tree.create(fresh, randomLeaf(random));
  }
}

function randomLeaf(random: (limit: number) => number): NewLeaf {
  const given = randomAttributes(random);
  switch (random(6)) {
    case 0:
      return { ...given, permissions: 0o777, kind: 'symlink', target: NAMES[random(NAMES.length)] ?? 'a' };
    case 1:
      return { ...given, kind: 'fifo' };
    case 2:
      return { ...given, kind: 'block-device', major: random(4096), minor: random(1 << 20) };
    default:
      return { ...given, kind: 'file', content: inlineContent(String(random(5)).repeat(random(100_000))) };
  }
}

function randomAttributes(random: (limit: number) => number): Attributes {
  const value = Uint8Array.from({ length: random(20) }, () => random(256));
  return attributes({
    permissions: random(0o10000),
    uid: random(2) * random(2 ** 32),
    gid: random(3),
    mtime: { seconds: random(2 ** 31) - 2 ** 30, nanoseconds: random(2) * random(1e9) },
    // Linux allows trusted attributes on every kind of file, user attributes on some only.
    xattrs: new Map(random(4) === 0 ? [['trusted.x', value]] : []),
  });
}
