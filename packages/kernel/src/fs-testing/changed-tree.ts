import type { Change } from './change-stream-reader.ts';
import type { LowerInode } from './overlay-payload.ts';
import type { TestKernel } from './test-kernel.ts';

/** A tree as a table: path → type and permissions, then content or target; hard links by the first of their paths. */
export type FlatTree = Readonly<Record<string, string>>;

interface Node {
  mode: number;
  value: string;
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

function flatten(nodes: ReadonlyMap<string, Node>): FlatTree {
  const first = new Map<Node, string>();
  const rows: Record<string, string> = {};
  for (const path of [...nodes.keys()].toSorted()) {
    const node = nodes.get(path) as Node;
    const known = first.get(node);
    if (known === undefined) first.set(node, path);
    rows[path] = known === undefined ? `${node.mode.toString(8)} ${node.value}` : `= ${known}`;
  }
  return rows;
}

/** What becomes of the lower tree when a change stream is applied to it, as a builder does. */
export function applyChanges(lower: LowerInode, changes: readonly Change[]): FlatTree {
  const nodes = new Map<string, Node>();
  const made = new Map<LowerInode, Node>();
  const visit = (inode: LowerInode, path: string): void => {
    let node = made.get(inode);
    if (!node) {
      const content = inode.content === undefined ? '' : Buffer.from(inode.content).toString('latin1');
      node = { mode: inode.mode, value: inode.target ?? content };
      made.set(inode, node);
    }
    nodes.set(path, node);
    for (const [name, child] of Object.entries(inode.names ?? {}))
      visit(child, path === '' ? name : `${path}/${name}`);
  };
  visit(lower, '');
  const original = new Map(nodes);
  const originalValues = new Map([...original].map(([path, node]) => [path, node.value]));
  const remove = (path: string): void => {
    for (const known of nodes.keys()) if (known === path || known.startsWith(`${path}/`)) nodes.delete(known);
  };
  for (const { kind, path, mode = 0, value = '' } of changes) {
    const known = nodes.get(path);
    switch (kind) {
      case 'deleted':
        remove(path);
        break;
      case 'directory':
        nodes.set(path, { mode, value: '' });
        break;
      case 'opaqueDirectory':
        remove(path);
        nodes.set(path, { mode, value: '' });
        break;
      case 'fileMetadata':
        if (known) known.mode = mode;
        break;
      case 'hardlink':
        nodes.set(path, nodes.get(value) ?? { mode: -1, value: `missing ${value}` });
        break;
      case 'fileFrom':
        nodes.set(path, { mode, value: originalValues.get(value) ?? `missing ${value}` });
        break;
      default:
        // A changed file keeps the names that it still has.
        if (known && kind === 'file' && (known.mode & S_IFMT) === (mode & S_IFMT))
          Object.assign(known, { mode, value });
        else nodes.set(path, { mode, value });
    }
  }
  return flatten(nodes);
}

/** The tree as the box shows it: everything below "/" but what is mounted. */
export function treeOf(kernel: TestKernel): FlatTree {
  const nodes = new Map<string, Node>();
  const byNumber = new Map<bigint, Node>();
  const visit = (path: string): void => {
    kernel.forget();
    const at = kernel.reserve(128);
    kernel.call('newfstatat', -100, `/${path}`, at, 0x100);
    const view = kernel.guestView(at, 128);
    const ino = view.getBigUint64(8, true);
    const mode = view.getUint32(16, true);
    const type = mode & S_IFMT;
    let node = byNumber.get(ino);
    if (!node) {
      let value = '';
      if (type === 0o100000) value = kernel.readFile(`/${path}`).toString('latin1');
      if (type === 0o120000) {
        const to = kernel.reserve(4096);
        value = Buffer.from(
          kernel.guestBytes(to, kernel.call('readlinkat', -100, `/${path}`, to, 4096)),
        ).toString('latin1');
      }
      node = { mode, value };
      byNumber.set(ino, node);
    }
    nodes.set(path, node);
    if (type !== S_IFDIR) return;
    for (const name of kernel.listDirectory(`/${path}`)) {
      const child = path === '' ? name : `${path}/${name}`;
      if (!['.', '..'].includes(name) && !['dev', 'proc', 'sys'].includes(child)) visit(child);
    }
  };
  visit('');
  return flatten(nodes);
}
