import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@boxer/archive/testing';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import { Digester } from '@boxer/foundation';
import { inlineContent, readContent } from '../content/content.ts';
import { ContentError, LayerLimitError, PackedLayerError } from '../errors.ts';
import { applyPackedLayer } from '../layer/apply-layer.ts';
import { diffTrees } from '../layer/diff-trees.ts';
import { writeLayerTar } from '../layer/write-layer-tar.ts';
import { writePayload } from '../payload/write-payload.ts';
import { describeTree } from '../testing/describe-tree.ts';
import { readPayloadNaively } from '../testing/minimal-payload-reader.ts';
import { mutateTree } from '../testing/random-tree.ts';
import { attributes, type NewLeaf } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import { packedLayerTar } from './packed-layer-tar.ts';
import { PackedLayer } from './packed-layer.ts';
import { packChanges, packLayerTar } from './write-packed-layer.ts';

const file = (bytes: Uint8Array | string): NewLeaf => ({
  ...attributes({ permissions: 0o644 }),
  kind: 'file',
  content: inlineContent(bytes),
});

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'fsimage-packed-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => join(work, `layer-${++count}`);

async function pack(lower: Tree, upper: Tree) {
  const path = fresh();
  const written = await packChanges(upper, await diffTrees(lower, upper), path, work);
  return { ...written, layer: await PackedLayer.open(path), path };
}

/** As it is in a layer: sockets are not. */
function withoutSockets(tree: Tree): Tree {
  const copy = tree.clone();
  const entries = Array.from(copy.walk());
  for (const { path, inode } of entries) if (inode.kind === 'socket') copy.remove(path);
  return copy;
}

describe('a packed layer', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns the lower tree into the upper one (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const lower = new Tree();
    mutateTree(lower, 60, random);
    const upper = lower.clone();
    mutateTree(upper, 60, random);
    const { layer } = await pack(lower, upper);
    await using _ = layer;
    const again = withoutSockets(lower);
    await applyPackedLayer(again, layer);
    expect(await describeTree(again)).toEqual(await describeTree(withoutSockets(upper)));
  });

  it('has the diffId that sha256sum gives its tar', async () => {
    const tree = new Tree();
    mutateTree(tree, 80, seededRandom(21));
    tree.create('/large', file(Buffer.alloc(150_000, 'abc')));
    const { diffId, tarBytes, layer } = await pack(new Tree(), tree);
    await layer.close();
    const tar = join(work, 'layer.tar');
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeLayerTar(tree)) chunks.push(Buffer.from(chunk));
    writeFileSync(tar, Buffer.concat(chunks));
    expect(diffId).toBe(`sha256:${execFileSync('sha256sum', [tar], { encoding: 'utf8' }).slice(0, 64)}`);
    expect(tarBytes).toBe(readFileSync(tar).byteLength);
  });

  // Oracle: overlayfs and BuildKit's differ, see self-contained-links.test.ts.
  it('links to files of the lower tree, and is a tar that does not', async () => {
    const lower = new Tree();
    lower.create('/lower', file('L'));
    const upper = lower.clone();
    upper.link('/lower', '/a');
    upper.link('/lower', '/z');
    const copied = lower.clone();
    copied.create('/a', file('L'));
    copied.link('/a', '/z');
    const [linking, copying] = [await pack(lower, upper), await pack(lower, copied)];
    await using first = linking.layer;
    await using second = copying.layer;
    expect(linking.diffId).toBe(copying.diffId);
    expect(linking.name).not.toBe(copying.name);
    for (const [layer, expected] of [
      [first, upper],
      [second, copied],
    ] as const) {
      const again = lower.clone();
      await applyPackedLayer(again, layer);
      expect(await describeTree(again)).toEqual(await describeTree(expected));
      const digester = new Digester();
      for await (const chunk of packedLayerTar(layer)) digester.update(chunk);
      expect(digester.digest()).toBe(copying.diffId);
    }
  });

  it('is the same for the same changes', async () => {
    const make = async () => {
      const tree = new Tree();
      mutateTree(tree, 80, seededRandom(5));
      const { path, layer } = await pack(new Tree(), tree);
      await layer.close();
      return readFileSync(path);
    };
    expect((await make()).equals(await make())).toBe(true);
  });

  it('made of a tar applies as the tar does', async () => {
    const tree = new Tree();
    mutateTree(tree, 80, seededRandom(9));
    const path = fresh();
    await packLayerTar(writeLayerTar(tree), path);
    await using layer = await PackedLayer.open(path);
    const again = new Tree();
    await applyPackedLayer(again, layer);
    expect(await describeTree(again)).toEqual(await describeTree(withoutSockets(tree)));
  });

  it('is refused wherever it is cut, and when its index is changed', async () => {
    const tree = new Tree();
    tree.create('/a', file('a'));
    tree.create('/b', file(Buffer.alloc(100_000, 7)));
    const { path, layer } = await pack(new Tree(), tree);
    await layer.close();
    const whole = readFileSync(path);
    const damaged = fresh();
    const read = async (bytes: Uint8Array) => {
      writeFileSync(damaged, bytes);
      await using opened = await PackedLayer.open(damaged);
      await opened.pack();
      let members = 0;
      for await (const _ of opened.members()) members++;
      return members;
    };
    expect(await read(whole)).toBe(2);
    for (let length = 0; length < whole.byteLength; length += 7)
      await expect(read(whole.subarray(0, length))).rejects.toThrow(PackedLayerError);
    for (let position = whole.byteLength - 56 - 40; position < whole.byteLength; position++) {
      const changed = Buffer.from(whole);
      changed[position] = (changed[position] ?? 0) ^ 0x41;
      await expect(read(changed)).rejects.toThrow(PackedLayerError);
    }
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const before = readdirSync(work);
    const tree = new Tree();
    const broken = { ...inlineContent('x'), sizeBytes: 2, knownDigest: undefined };
    tree.create('/broken', { ...attributes({ permissions: 0o644 }), kind: 'file', content: broken });
    await expect(pack(new Tree(), tree)).rejects.toThrow(ContentError);
    const full = new Tree();
    full.create('/file', file('four'));
    await expect(packLayerTar(writeLayerTar(full), fresh(), { maxContentBytes: 3 })).rejects.toThrow(
      LayerLimitError,
    );
    expect(readdirSync(work)).toEqual(before);
  });

  it('can be read after its file was removed', async () => {
    const tree = new Tree();
    tree.create('/file', file('still there'));
    const { layer, path } = await pack(new Tree(), tree);
    await using _ = layer;
    rmSync(path);
    const again = new Tree();
    await applyPackedLayer(again, layer);
    const inode = again.lookup('/file')?.inode;
    expect(inode?.kind === 'file' && (await readContent(inode.content)).toString()).toBe('still there');
  });
});

describe('a payload made of packed layers', () => {
  it('takes blocks over, and holds nothing that was removed', async () => {
    const noise = (seed: number, length: number) => {
      const random = seededRandom(seed);
      return Buffer.from(Array.from({ length }, () => random(256)));
    };
    const [kept, secret, big, dead] = [noise(1, 5000), noise(2, 5000), noise(3, 70_000), noise(4, 70_000)];
    const lower = new Tree();
    for (const [name, bytes] of Object.entries({ kept, secret, big, dead }))
      lower.create(`/${name}`, file(bytes));
    const first = await pack(new Tree(), lower);
    await using _first = first.layer;
    const state = new Tree();
    await applyPackedLayer(state, first.layer);
    const upper = state.clone();
    upper.remove('/secret');
    upper.remove('/dead');
    upper.create('/twin', file(big));
    const second = await pack(state, upper);
    await using _second = second.layer;
    const final = state.clone();
    await applyPackedLayer(final, second.layer);

    const path = join(work, 'composed');
    await writePayload(final, [], path);
    const payload = readFileSync(path);
    const { files } = readPayloadNaively(payload);
    const bytes = new Map(files.map((entry) => [entry.path, entry.bytes]));
    expect(bytes.get('/kept')?.equals(kept)).toBe(true);
    expect(bytes.get('/big')?.equals(big)).toBe(true);
    expect(bytes.get('/twin')?.equals(big)).toBe(true);
    // Noise does not get smaller, so it would be found as it is; blocks with room to spare are deflated.
    const plain = Buffer.concat(files.map((entry) => entry.bytes));
    for (const gone of [secret, dead]) {
      expect(payload.includes(gone.subarray(0, 64))).toBe(false);
      expect(plain.includes(gone.subarray(0, 64))).toBe(false);
    }
    // 70,000 bytes are two blocks, once; the kept small file was packed anew.
    expect(payload.readUInt32LE(32)).toBe(3);
    expect(files.find((entry) => entry.path === '/big')?.location).toBe(
      files.find((entry) => entry.path === '/twin')?.location,
    );
    expect((files.find((entry) => entry.path === '/big')?.location ?? 1) % BLOCK_SIZE_BYTES).toBe(0);
  });
});
