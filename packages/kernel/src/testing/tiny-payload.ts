/**
 * A payload writer for tests: whole tree in memory, blocks stored uncompressed. The real one is @boxer/fsimage.
 */
import {
  BLOCK_SIZE_BYTES,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadBlock,
  payloadDirent,
  payloadHeader,
  payloadInode,
} from '@boxer/abi';

/** One file of the tree. Parent directories are made as needed. */
export interface TreeEntry {
  readonly path: string;
  /** S_IFMT bits and permissions. */
  readonly mode: number;
  readonly content?: Uint8Array;
  readonly target?: string;
}

export interface TinyPayload {
  readonly index: Uint8Array;
  readonly data: Uint8Array;
}

const S_IFDIR = 0o040000;

interface Node {
  mode: number;
  content: Uint8Array | undefined;
  target: string | undefined;
  readonly children: Map<string, Node>;
  number: number;
}

function newNode(mode: number): Node {
  return { mode, content: undefined, target: undefined, children: new Map(), number: 0 };
}

function buildTree(entries: readonly TreeEntry[]): Node {
  const root = newNode(S_IFDIR | 0o755);
  for (const entry of entries) {
    let at = root;
    for (const part of entry.path.split('/').filter((name) => name !== '')) {
      let child = at.children.get(part);
      if (!child) {
        child = newNode(S_IFDIR | 0o755);
        at.children.set(part, child);
      }
      at = child;
    }
    at.mode = entry.mode;
    at.content = entry.content;
    at.target = entry.target;
  }
  return root;
}

const align8 = (n: number): number => Math.ceil(n / 8) * 8;

/** Packs a tree. */
export function tinyPayload(entries: readonly TreeEntry[]): TinyPayload {
  const root = buildTree(entries);
  const nodes: Node[] = [root];
  root.number = 1;
  const dirents: { name: Buffer; child: Node; parent: Node }[] = [];
  const firstEntry = new Map<Node, number>();
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (!node) continue;
    firstEntry.set(node, dirents.length);
    const sorted = [...node.children].map(([name, child]) => ({ name: Buffer.from(name), child }));
    sorted.sort((a, b) => Buffer.compare(a.name, b.name));
    for (const { name, child } of sorted) {
      child.number = nodes.length + 1;
      nodes.push(child);
      dirents.push({ name, child, parent: node });
    }
  }
  const names: Buffer[] = [];
  let namesBytes = 0;
  const addName = (name: Buffer): number => {
    names.push(name);
    namesBytes += name.length;
    return namesBytes - name.length;
  };
  const contents: Uint8Array[] = [];
  let streamBytes = 0;
  const inodesAt = payloadHeader.size;
  const direntsAt = inodesAt + align8((nodes.length + 1) * payloadInode.size);
  const totalStream = nodes.reduce((sum, node) => sum + (node.content?.length ?? 0), 0);
  const blockCount = Math.ceil(totalStream / BLOCK_SIZE_BYTES);
  const blocksAt = direntsAt + align8(dirents.length * payloadDirent.size);
  const xattrsAt = blocksAt + blockCount * payloadBlock.size;
  const namesAt = xattrsAt + 8;
  const head = new DataView(new ArrayBuffer(namesAt));

  for (const node of nodes) {
    const at = inodesAt + node.number * payloadInode.size;
    const directories = [...node.children.values()].filter((child) => (child.mode & S_IFDIR) !== 0).length;
    const isDirectory = (node.mode & 0o170000) === S_IFDIR;
    head.setUint32(at + payloadInode.mode, node.mode, true);
    head.setUint32(at + payloadInode.nlink, isDirectory ? 2 + directories : 1, true);
    head.setBigInt64(at + payloadInode.mtimeSeconds, 1_700_000_000n, true);
    if (node.target !== undefined) {
      const target = Buffer.from(node.target);
      head.setBigUint64(at + payloadInode.sizeBytes, BigInt(target.length), true);
      head.setBigUint64(at + payloadInode.location, BigInt(addName(target)), true);
    } else if (isDirectory) {
      head.setBigUint64(at + payloadInode.location, BigInt(firstEntry.get(node) ?? 0), true);
      head.setUint32(at + payloadInode.entryCount, node.children.size, true);
    } else {
      const content = node.content ?? new Uint8Array();
      head.setBigUint64(at + payloadInode.sizeBytes, BigInt(content.length), true);
      head.setBigUint64(at + payloadInode.location, BigInt(streamBytes), true);
      contents.push(content);
      streamBytes += content.length;
    }
  }
  for (const [n, { name, child, parent }] of dirents.entries()) {
    const at = direntsAt + n * payloadDirent.size;
    head.setUint32(at + payloadDirent.nameAt, addName(name), true);
    head.setUint32(at + payloadDirent.nameBytes, name.length, true);
    head.setUint32(at + payloadDirent.inode, child.number, true);
    head.setUint32(at + payloadDirent.parent, parent.number, true);
  }
  for (let n = 0; n < blockCount; n++) {
    const at = blocksAt + n * payloadBlock.size;
    const plain = Math.min(BLOCK_SIZE_BYTES, streamBytes - n * BLOCK_SIZE_BYTES);
    head.setBigUint64(at + payloadBlock.offset, BigInt(n * BLOCK_SIZE_BYTES), true);
    head.setUint32(at + payloadBlock.storedBytes, plain, true);
    head.setUint16(at + payloadBlock.plainBytes, plain - 1, true);
  }
  const indexBytes = namesAt + align8(namesBytes);
  head.setUint32(payloadHeader.magic, PAYLOAD_MAGIC, true);
  head.setUint32(payloadHeader.version, PAYLOAD_VERSION, true);
  head.setBigUint64(payloadHeader.indexBytes, BigInt(indexBytes), true);
  head.setBigUint64(payloadHeader.dataBytes, BigInt(streamBytes), true);
  head.setUint32(payloadHeader.inodeCount, nodes.length + 1, true);
  head.setUint32(payloadHeader.direntCount, dirents.length, true);
  head.setUint32(payloadHeader.blockCount, blockCount, true);
  head.setUint32(payloadHeader.namesBytes, namesBytes, true);
  head.setUint32(payloadHeader.inodesAt, inodesAt, true);
  head.setUint32(payloadHeader.direntsAt, direntsAt, true);
  head.setUint32(payloadHeader.blocksAt, blocksAt, true);
  head.setUint32(payloadHeader.xattrsAt, xattrsAt, true);
  head.setUint32(payloadHeader.namesAt, namesAt, true);
  head.setUint32(payloadHeader.xattrsBytes, 0, true);
  const index = new Uint8Array(indexBytes);
  index.set(new Uint8Array(head.buffer));
  index.set(Buffer.concat(names), namesAt);
  return { index, data: new Uint8Array(Buffer.concat(contents)) };
}
