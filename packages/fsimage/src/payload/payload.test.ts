import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { BLOCK_SIZE_BYTES, payloadHeader } from '@boxer/abi';
import { type Content, hostFileContent, inlineContent } from '../content/content.ts';
import { ContentError, PayloadFormatError, PayloadLimitError } from '../errors.ts';
import { describeTree } from '../testing/describe-tree.ts';
import { readPayloadNaively } from '../testing/minimal-payload-reader.ts';
import { seededRandom } from '@boxer/archive/testing';
import { mutateTree } from '../testing/random-tree.ts';
import { attributes, type NewLeaf, statMode } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import type { BootEntry } from './boot-strings.ts';
import { PayloadReader } from './payload-reader.ts';
import { payloadFromBytes } from './payload-source.ts';
import { writePayload } from './write-payload.ts';

const directory = attributes({ permissions: 0o755 });
const file = (bytes: Uint8Array | string): NewLeaf => ({
  ...directory,
  kind: 'file',
  content: inlineContent(bytes),
});

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'fsimage-payload-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function payloadOf(tree: Tree, boot: BootEntry[] = []): Promise<Buffer> {
  const path = join(work, 'payload');
  await writePayload(tree, boot, path);
  return readFileSync(path);
}

async function treeOf(payload: Uint8Array): Promise<Tree> {
  return (await PayloadReader.from(payloadFromBytes(payload))).toTree();
}

function randomTree(seed: number): Tree {
  const tree = new Tree();
  mutateTree(tree, 120, seededRandom(seed));
  return tree;
}

describe('a payload', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  it.each(seeds)('gives back the tree that was written (seed %i)', async (seed) => {
    const tree = randomTree(seed);
    expect(await describeTree(await treeOf(await payloadOf(tree)))).toEqual(await describeTree(tree));
  });

  it.each(seeds)('holds what the format says, byte by byte (seed %i)', async (seed) => {
    const tree = randomTree(seed);
    const { files } = readPayloadNaively(await payloadOf(tree));
    const described = await describeTree(tree);
    const byPath = new Map(files.map((entry) => [entry.path, entry]));
    expect([...byPath.keys()].sort()).toEqual(Object.keys(described).sort());
    const inodes = new Map<string, number>();
    for (const { path, inode } of tree.walk()) {
      const found = byPath.get(path);
      expect(found).toMatchObject({
        mode: statMode(inode),
        uid: inode.uid,
        gid: inode.gid,
        nlink: described[path]?.nlink,
        seconds: BigInt(inode.mtime.seconds),
        nanoseconds: inode.mtime.nanoseconds,
        rdev: 'major' in inode ? inode.major * 2 ** 20 + inode.minor : 0,
        xattrs: [...inode.xattrs].map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
      });
      if (inode.kind === 'symlink') expect(found?.bytes.toString()).toBe(inode.target);
      if (inode.kind === 'file')
        expect(inlineContent(found?.bytes ?? '').knownDigest).toBe(described[path]?.data);
      const same = described[path]?.sameAs ?? '';
      inodes.set(same, inodes.get(same) ?? found?.inode ?? 0);
      expect(found?.inode).toBe(inodes.get(same));
    }
  });

  it('is the same whenever it is written', async () => {
    expect((await payloadOf(randomTree(5))).equals(await payloadOf(randomTree(5)))).toBe(true);
  });

  it('stores equal contents once, and begins large files on a block', async () => {
    const tree = new Tree();
    const large = Buffer.alloc(200_000, 'large');
    for (const name of ['a', 'b', 'c']) tree.create(`/${name}`, file(`small ${name}`));
    for (const name of ['d', 'e']) tree.create(`/${name}`, file(large));
    tree.create('/f', file(Buffer.alloc(32 * 1024, 'edge')));
    tree.create('/g', file('small a'));
    const { files } = readPayloadNaively(await payloadOf(tree));
    const location = Object.fromEntries(files.map((entry) => [entry.path, entry.location]));
    const at = (path: string): number => location[path] ?? Number.NaN;
    expect([at('/b') - at('/a'), at('/c') - at('/a'), at('/g') - at('/a')]).toEqual([7, 14, 0]);
    expect(at('/e')).toBe(at('/d'));
    expect([at('/d') % BLOCK_SIZE_BYTES, at('/f') % BLOCK_SIZE_BYTES]).toEqual([0, 0]);
    // Four blocks for the 200,000 bytes, one for the edge case, one for all small files.
    expect(files.map(({ location }) => Math.floor(location / BLOCK_SIZE_BYTES))).not.toContain(6);
  });

  it('keeps blocks that do not get smaller as they are', async () => {
    const tree = new Tree();
    const random = seededRandom(3);
    const noise = Buffer.from(Array.from({ length: 2 * BLOCK_SIZE_BYTES }, () => random(256)));
    tree.create('/noise', file(noise));
    const payload = await payloadOf(tree);
    expect(payload.includes(noise)).toBe(true);
    expect(readPayloadNaively(payload).files[1]?.bytes.equals(noise)).toBe(true);
  });

  it('stores every block as it is when asked to, and still gives back the tree', async () => {
    const tree = new Tree();
    const large = Buffer.alloc(200_000, 'compressible');
    tree.create('/large', file(large));
    tree.create('/small', file('small'));
    const path = join(work, 'stored');
    const { dataBytes, logicalBytes } = await writePayload(tree, [], path, { compression: 'none' });
    const payload = readFileSync(path);
    expect(dataBytes).toBe(logicalBytes);
    expect(payload.includes(large)).toBe(true);
    expect(await describeTree(await treeOf(payload))).toEqual(await describeTree(tree));
  });

  it('holds the boot configuration as strings that end in NUL', async () => {
    const boot: BootEntry[] = [
      ['entrypoint', '/bin/sh'],
      ['env', 'A=b=c\nd'],
      ['env', 'B='],
    ];
    const payload = await payloadOf(new Tree(), boot);
    expect(readPayloadNaively(payload).boot).toBe('entrypoint=/bin/sh\0env=A=b=c\nd\0env=B=\0');
    expect((await PayloadReader.from(payloadFromBytes(payload))).boot()).toEqual(boot);
    await expect(payloadOf(new Tree(), [['cwd', 'a\0b']])).rejects.toThrow(TypeError);
  });

  it('can be read from within another file', async () => {
    const payload = await payloadOf(randomTree(2));
    const path = join(work, 'component');
    writeFileSync(path, Buffer.concat([Buffer.alloc(777, 1), payload, Buffer.alloc(99, 2)]));
    await using reader = await PayloadReader.open(path, { offset: 777, sizeBytes: payload.byteLength });
    expect(await describeTree(reader.toTree())).toEqual(await describeTree(randomTree(2)));
  });

  it('can be written to a stream, and be a base for the next one', async () => {
    const chunks: Buffer[] = [];
    const stream = new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) });
    const first = await payloadOf(randomTree(4));
    await writePayload(await treeOf(first), [], stream);
    expect(Buffer.concat(chunks).equals(first)).toBe(true);
    expect(stream.writableEnded).toBe(false);
  });
});

describe('writing', () => {
  it('leaves no file behind when contents cannot be read', async () => {
    const path = join(work, 'changing');
    writeFileSync(path, 'four');
    const tree = new Tree();
    tree.create('/file', { ...directory, kind: 'file', content: hostFileContent(path, 5) });
    const before = readdirSync(work);
    await expect(writePayload(tree, [], join(work, 'never'))).rejects.toThrow(ContentError);
    expect(readdirSync(work)).toEqual(before);
  });

  it.each([3, 5])(
    'refuses contents that have %i bytes instead of 4 when they are read again',
    async (length) => {
      const tree = new Tree();
      const changing: Content = {
        ...inlineContent('four'),
        sizeBytes: 4,
        chunks: () => inlineContent('x'.repeat(length)).chunks(),
      };
      tree.create('/file', { ...directory, kind: 'file', content: changing });
      await expect(writePayload(tree, [], join(work, 'never'))).rejects.toThrow(ContentError);
    },
  );

  it('refuses attributes that the format cannot hold', async () => {
    const tree = new Tree();
    tree.create('/file', { ...file(''), xattrs: new Map([['user.x', new Uint8Array(65536)]]) });
    await expect(writePayload(tree, [], join(work, 'never'))).rejects.toThrow(PayloadLimitError);
  });

  it('stops when the signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writePayload(randomTree(1), [], join(work, 'never'), { signal })).rejects.toThrow('enough');
  });
});

describe('a broken payload', () => {
  it('is refused when truncated, wherever that is', async () => {
    const payload = await payloadOf(randomTree(1));
    for (let length = 0; length < payload.byteLength; length += Math.ceil(payload.byteLength / 300)) {
      await expect(PayloadReader.from(payloadFromBytes(payload.subarray(0, length)))).rejects.toThrow(
        PayloadFormatError,
      );
    }
  });

  it('is refused when it is of another version, or something else', async () => {
    const payload = await payloadOf(new Tree());
    payload.writeUInt32LE(2, payloadHeader.version);
    await expect(treeOf(payload)).rejects.toThrow(/version 2/);
    await expect(treeOf(Buffer.alloc(200, 'x'))).rejects.toThrow(/not a payload/);
  });

  it('never crashes or hangs the reader, whichever byte of the index is wrong', async () => {
    const payload = await payloadOf(randomTree(1), [['cwd', '/']]);
    const indexBytes = Number(payload.readBigUInt64LE(payloadHeader.indexBytes));
    let refused = 0;
    for (let at = 0; at < Math.min(indexBytes, 20_000); at += 3) {
      const broken = Buffer.from(payload);
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      try {
        const reader = await PayloadReader.from(payloadFromBytes(broken));
        reader.boot();
        reader.toTree();
      } catch (error) {
        expect(error).toBeInstanceOf(PayloadFormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused when a block does not decompress', async () => {
    const tree = new Tree();
    tree.create('/file', file('x'.repeat(1000)));
    const payload = await payloadOf(tree);
    payload.fill(0xff, payload.byteLength - 8);
    await expect(describeTree(await treeOf(payload))).rejects.toThrow(PayloadFormatError);
  });
});
