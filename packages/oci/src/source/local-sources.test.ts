import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '@boxer/foundation';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { pack } from 'tar-stream';
import {
  DigestMismatchError,
  ImageNotFoundError,
  InvalidArchiveError,
  InvalidManifestError,
} from '../errors.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { findImage, loadImages } from '../pull/local-images.ts';
import { pullImage } from '../pull/pull-image.ts';
import { randomImage, randomLayer } from '../testing/random-image.ts';
import type { Image } from '../image.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { ImageNames } from '../store/image-names.ts';
import { temporaryDirectory, temporaryStore } from '../testing/temporary-store.ts';
import { validateImage } from '../validate-image.ts';
import { createImage, storeLayer } from '../write/create-image.ts';
import { writeDockerArchive, writeOciArchive, writeOciLayout } from '../write/write-images.ts';
import { listLocalImages, openLocalSource } from './open-local-source.ts';

const writers = {
  'an OCI layout': writeOciLayout,
  'an OCI archive': writeOciArchive,
  'a Docker archive': writeDockerArchive,
};
type Kind = keyof typeof writers;
const kinds = Object.keys(writers) as Kind[];

/** Opens, pulls and closes. */
async function pullFrom(path: string, store: BlobStore, selector?: string): Promise<Image> {
  const source = await openLocalSource(path, selector);
  try {
    return await pullImage('x', { store, source });
  } finally {
    await source.close();
  }
}

/** Two stores and a directory for files between them. */
async function scene() {
  const from = await temporaryStore();
  const to = await temporaryStore();
  const directory = temporaryDirectory();
  return {
    from: from.store,
    to: to.store,
    path: (name: string) => join(directory.path, name),
    directory: directory.path,
    [Symbol.dispose]() {
      for (const each of [from, to, directory]) each[Symbol.dispose]();
    },
  };
}

describe.each(kinds)('%s', (kind) => {
  const write = writers[kind];

  it('gives back the image that was written', async () => {
    using it = await scene();
    const image = await randomImage(it.from, { layers: 3 });
    await write([{ image }], it.path('out'));
    const source = await openLocalSource(it.path('out'));
    const copy = await pullImage('copy', { store: it.to, source });
    await source.close();
    expect(await validateImage(copy)).toEqual([]);
    expect(copy.config).toEqual(image.config);
    expect(copy.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  });

  it('holds several images by name', async () => {
    using it = await scene();
    const first = await randomImage(it.from, { seed: 1 });
    const second = await randomImage(it.from, { seed: 2 });
    const named = [
      { image: first, name: 'example.com/first:1' },
      { image: second, name: 'second' },
    ];
    await write(named, it.path('out'));
    await expect(pullFrom(it.path('out'), it.to)).rejects.toThrow(ImageNotFoundError);
    expect((await pullFrom(it.path('out'), it.to, 'second:latest')).config).toEqual(second.config);
    expect((await listLocalImages(it.path('out'))).length).toBe(2);
    const loaded = await loadImages(it.path('out'), { store: it.to });
    expect(loaded.flatMap(({ names }) => names.map(({ name }) => name)).sort()).toEqual([
      'docker.io/library/second:latest',
      'example.com/first:1',
    ]);
    expect((await findImage('second', { store: it.to })).config).toEqual(second.config);
    expect(await new ImageNames(it.to).list()).toHaveLength(2);
  });

  it('is the same whenever it is written', async () => {
    using it = await scene();
    for (const name of ['one', 'two']) {
      await write([{ image: await randomImage(it.from), name: 'x' }], it.path(name));
    }
    if (kind === 'an OCI layout') execFileSync('diff', ['-r', it.path('one'), it.path('two')]);
    else expect(readFileSync(it.path('one')).equals(readFileSync(it.path('two')))).toBe(true);
  });
});

describe('OCI layouts', () => {
  it('hold an image for several platforms as an index, whose images have digests of their own', async () => {
    using it = await scene();
    const arm64 = await randomImage(it.from, { seed: 1 });
    const amd64 = await randomImage(it.from, { seed: 2, architecture: 'amd64' });
    const named = [arm64, amd64].map((image) => ({ image, name: 'multi:v1' }));
    await writeOciLayout(named, it.path('flat'));
    expect((await pullFrom(it.path('flat'), it.to, 'v1')).config).toEqual(arm64.config);
    expect((await pullFrom(it.path('flat'), it.to)).config).toEqual(arm64.config);

    await writeOciLayout([{ image: arm64, name: 'x' }], it.path('nested'));
    const indexFile = join(it.path('nested'), 'index.json');
    const inner = readFileSync(indexFile);
    const digest = digestOf(inner);
    writeFileSync(join(it.path('nested'), 'blobs/sha256', digest.slice(7)), inner);
    const manifests = [{ mediaType: mediaTypes.ociIndex, digest, size: inner.byteLength }];
    writeFileSync(indexFile, JSON.stringify({ schemaVersion: 2, manifests }));
    for (const selector of [undefined, digest, arm64.descriptor.digest]) {
      expect((await pullFrom(it.path('nested'), it.to, selector)).config).toEqual(arm64.config);
    }
  });

  it('are refused when a blob was changed', async () => {
    using it = await scene();
    const image = await randomImage(it.from);
    await writeOciLayout([{ image }], it.path('out'));
    const blobs = [
      image.descriptor.digest,
      image.manifest.config.digest,
      ...image.layers.map(({ digest }) => digest),
    ];
    for (const digest of blobs) {
      const blob = join(it.path('out'), 'blobs/sha256', digest.slice(7));
      const bytes = readFileSync(blob);
      writeFileSync(blob, Buffer.from(bytes).fill(bytes.at(-1) === 0x7d ? 0x7e : 0x7d, bytes.byteLength - 1));
      using fresh = await temporaryStore();
      await expect(pullFrom(it.path('out'), fresh.store)).rejects.toThrow(DigestMismatchError);
      writeFileSync(blob, bytes);
    }
  });
});

describe('archives', () => {
  it.each(['an OCI archive', 'a Docker archive'] as const)('may be compressed: %s', async (kind) => {
    using it = await scene();
    const image = await randomImage(it.from);
    await writers[kind]([{ image }], it.path('out'));
    writeFileSync(it.path('out.gz'), gzipSync(readFileSync(it.path('out'))));
    const [loaded] = await loadImages(it.path('out.gz'), { store: it.to }, 'given:name');
    expect(loaded?.image.config).toEqual(image.config);
    expect(loaded?.names.map(({ name }) => name)).toEqual(['docker.io/library/given:name']);
  });

  it('are refused when truncated, wherever that is', async () => {
    using it = await scene();
    await writeDockerArchive([{ image: await randomImage(it.from, { fileBytes: 2000 }) }], it.path('whole'));
    const whole = readFileSync(it.path('whole'));
    for (let length = 0; length < whole.byteLength - 1536; length += 700) {
      writeFileSync(it.path('part'), whole.subarray(0, length));
      await expect(pullFrom(it.path('part'), it.to)).rejects.toThrow(InvalidArchiveError);
    }
    expect(readdirSync(join(it.to.directory, 'tmp'))).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['something else', 'hello'],
    ['zeros', Buffer.alloc(4096)],
  ])('are refused when they are %s', async (_, content) => {
    using it = await scene();
    if (content !== undefined) writeFileSync(it.path('file'), content);
    await expect(pullFrom(it.path('file'), it.to)).rejects.toThrow(InvalidArchiveError);
  });

  it('that list files outside of themselves are refused', async () => {
    using it = await scene();
    const archive = pack();
    archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: '../../../etc/passwd', Layers: [] }]));
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    writeFileSync(it.path('evil.tar'), Buffer.concat(chunks));
    const source = await openLocalSource(it.path('evil.tar'));
    await expect(pullImage('x', { store: it.to, source })).rejects.toThrow(InvalidArchiveError);
    await source.close();
  });

  // Docker 1.10 to 24 write a layer that occurs twice once, and a symbolic link.
  it('of old versions of Docker may hold layers as links', async () => {
    using it = await scene();
    const layer = await storeLayer(it.from, randomLayer(1, 100), 'none');
    const image = await createImage(it.from, { architecture: 'arm64', os: 'linux' }, [layer, layer]);
    const archive = pack();
    const chunks: Uint8Array[] = [];
    for await (const chunk of layer.stored()) chunks.push(chunk);
    archive.entry({ name: 'aaa/', type: 'directory' });
    archive.entry({ name: 'aaa/layer.tar' }, Buffer.concat(chunks));
    archive.entry({ name: 'bbb/layer.tar', type: 'symlink', linkname: '../aaa/layer.tar' });
    archive.entry({ name: 'c.json' }, Buffer.from(image.configBytes));
    archive.entry(
      { name: 'manifest.json' },
      JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['aaa/layer.tar', 'bbb/layer.tar'] }]),
    );
    archive.finalize();
    const bytes: Buffer[] = [];
    for await (const chunk of archive) bytes.push(chunk as Buffer);
    writeFileSync(it.path('old.tar'), Buffer.concat(bytes));
    const [loaded] = await loadImages(it.path('old.tar'), { store: it.to });
    expect(loaded?.image.layers.map(({ diffId }) => diffId)).toEqual([layer.diffId, layer.diffId]);
  });
});

describe('createImage', () => {
  it('refuses a config that breaks its schema', async () => {
    using it = await scene();
    await expect(createImage(it.from, { os: 'linux' }, [])).rejects.toThrow(InvalidManifestError);
    await expect(
      createImage(it.from, { os: 'linux', architecture: 'arm64', config: { Env: 'A=b' } }, []),
    ).rejects.toThrow(/Env/);
  });
});

/** Oracle: skopeo, which is another implementation of all these formats. */
describeIf(whyNoCommand('skopeo'), 'skopeo', () => {
  const skopeo = (...args: string[]): string =>
    execFileSync('skopeo', ['--override-arch', 'arm64', '--insecure-policy', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });

  it.each([
    ['oci', writeOciLayout],
    ['oci-archive', writeOciArchive],
    ['docker-archive', writeDockerArchive],
  ])('reads what is written for %s', async (transport, write) => {
    using it = await scene();
    const image = await randomImage(it.from, { layers: 3 });
    await write([{ image, name: 'example.com/x:v1' }], it.path('out'));
    const location =
      transport === 'docker-archive' ? `${transport}:${it.path('out')}` : `${transport}:${it.path('out')}:v1`;
    expect(JSON.parse(skopeo('inspect', '--config', location))).toEqual(
      JSON.parse(Buffer.from(image.configBytes).toString()),
    );
    skopeo('copy', '--quiet', location, `dir:${it.path('copy')}`);
  });

  it.each(['oci', 'oci-archive', 'docker-archive'])('writes %s that is read here', async (transport) => {
    using it = await scene();
    const image = await randomImage(it.from, { layers: 3 });
    await writeOciLayout([{ image, name: 'x:v1' }], it.path('in'));
    const suffix = transport === 'docker-archive' ? 'example.com/x:v1' : 'v1';
    skopeo('copy', '--quiet', `oci:${it.path('in')}:v1`, `${transport}:${it.path('out')}:${suffix}`);
    const source = await openLocalSource(it.path('out'), suffix);
    const copy = await pullImage('x', { store: it.to, source });
    await source.close();
    expect(await validateImage(copy)).toEqual([]);
    expect(copy.config.config).toEqual(image.config.config);
    expect(copy.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  });

  it('compresses with zstd, which is read here', async () => {
    using it = await scene();
    const image = await randomImage(it.from, { layers: 2, compression: 'none' });
    await writeOciLayout([{ image, name: 'x:v1' }], it.path('in'));
    skopeo(
      'copy',
      '--quiet',
      '--dest-compress-format',
      'zstd',
      '--dest-compress',
      `oci:${it.path('in')}:v1`,
      `oci:${it.path('out')}:v1`,
    );
    const source = await openLocalSource(it.path('out'), 'v1');
    const copy = await pullImage('x', { store: it.to, source });
    expect(copy.layers[0]?.mediaType).toMatch(/zstd$/);
    expect(await validateImage(copy)).toEqual([]);
    await source.close();
  });
});
