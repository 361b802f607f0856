import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describeIf, whyNoCommand, whyNotRoot } from '@boxer/foundation/testing';
import { applyLayer, diffTrees, Spool, Tree, writeLayerTar } from '@boxer/fsimage';
import {
  describeHost,
  describeTree,
  type Description,
  mutateTree,
  seededRandom,
} from '@boxer/fsimage/testing';
import type { Image } from './image.ts';
import type { Layer } from './layer.ts';
import { openLocalSource } from './source/open-local-source.ts';
import { pullImage } from './pull/pull-image.ts';
import type { BlobStore } from './store/blob-store.ts';
import { temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';
import { createImage, storeLayer } from './write/create-image.ts';
import { writeOciLayout } from './write/write-images.ts';

/**
 * Oracle: containers/storage, which unpacks the layers of podman, buildah and CRI-O: what buildah mounts, seen through
 * lstat(2) and getfattr(1). Layers come from random changes to random trees, so whiteouts, replaced directories and
 * hard links to lower layers occur in all combinations.
 */
const whyNot = whyNotRoot() ?? whyNoCommand('buildah', 'getfattr');

const LAYERS = 4;

describeIf(whyNot, 'layers against buildah', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'merge to what is mounted (seed %i)',
    async (seed) => {
      using directory = temporaryDirectory();
      using it = await temporaryStore();
      const { image, tree } = await randomLayers(it.store, seed);
      const layout = join(directory.path, 'layout');
      await writeOciLayout([{ image, name: 'x:v1' }], layout);

      using target = await temporaryStore();
      await using source = await closing(openLocalSource(layout));
      await using spool = await Spool.create();
      const merged = new Tree();
      const pulled = await pullImage('x', { store: target.store, source });
      for (const layer of pulled.layers) await applyLayer(merged, layer.uncompressed(), { spool });

      const ours = await describeTree(merged);
      expect(ours).toEqual(await describeTree(tree));
      expect(comparable(ours)).toEqual(comparable(mounted(directory.path)));
    },
    60_000,
  );
});

/** An image of layers that are diffs between ever changing trees, and the last tree. */
async function randomLayers(store: BlobStore, seed: number): Promise<{ image: Image; tree: Tree }> {
  const random = seededRandom(seed);
  const layers: Layer[] = [];
  let tree = new Tree();
  for (let index = 0; index < LAYERS; index++) {
    const next = tree.clone();
    mutateTree(next, 40, random);
    layers.push(await storeLayer(store, writeLayerTar(next, await diffTrees(tree, next))));
    tree = next;
  }
  return { image: await createImage(store, { architecture: 'arm64', os: 'linux' }, layers), tree };
}

/** @param directory - holds the layout; the name of a container is made of its path, which must be lower case then */
function mounted(directory: string): Record<string, Description> {
  const places = [
    '--root',
    join(directory, 'root'),
    '--runroot',
    join(directory, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const buildah = (...args: string[]): string =>
    execFileSync('buildah', [...places, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: directory,
    }).trim();
  const container = buildah('from', '--arch', 'arm64', 'oci:layout:v1');
  return describeHost(buildah('mount', container));
}

/**
 * Leaves out what containers/storage does not keep: times before 1970, directories' times, the root's attributes; and what
 * its vfs driver loses in lower layers: extended attributes, and hard links but for regular files. GNU tar is the
 * oracle for those, in package fsimage.
 */
function comparable(described: Record<string, Description>): Record<string, Partial<Description>> {
  const kept = Object.entries(described).filter(([path]) => path !== '/');
  return Object.fromEntries(
    kept.map(([path, { mode, owner, nlink, data, sameAs }]) => {
      const isRegular = mode.startsWith('10') && mode.length === 6;
      return [path, isRegular ? { mode, owner, nlink, data, sameAs } : { mode, owner, data }];
    }),
  );
}

async function closing<T extends { close(): Promise<void> }>(
  opening: Promise<T>,
): Promise<T & AsyncDisposable> {
  const opened = await opening;
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}
