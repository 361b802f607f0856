import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@boxer/foundation';
import {
  DigestMismatchError,
  ImageNotFoundError,
  InvalidManifestError,
  PlatformNotFoundError,
  RegistryAuthError,
  RegistryError,
  SizeMismatchError,
  UnsupportedManifestError,
} from '../errors.ts';
import type { Image } from '../image.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { randomImage } from '../testing/random-image.ts';
import { type Interception, RegistryServer, type RegistryServerOptions } from '../testing/registry-server.ts';
import { temporaryStore } from '../testing/temporary-store.ts';
import { validateImage } from '../validate-image.ts';
import { findImage } from './local-images.ts';
import { pullImage, type PullOptions, type PullProgress } from './pull-image.ts';
import type { RegistryOptions } from '../registry/registry-source.ts';

const quick: RegistryOptions = {
  retryDelayMs: 1,
  attempts: 3,
  timeoutMs: 2000,
  credentials: async () => undefined,
};

/** A registry that serves one image as `test/image:v1`, and a store to pull it into. */
async function scene(options: RegistryServerOptions & { fileBytes?: number; image?: Image } = {}) {
  const origin = await temporaryStore();
  const target = await temporaryStore();
  const registry = await RegistryServer.start(options);
  const image =
    options.image ?? (await randomImage(origin.store, { fileBytes: options.fileBytes ?? 10_000 }));
  await registry.add('test/image', 'v1', image);
  return {
    image,
    registry,
    store: target.store,
    originStore: origin.store,
    pull: (own: Partial<PullOptions> = {}, name = 'test/image:v1') =>
      pullImage(`${registry.host}/${name}`, { store: target.store, registry: quick, ...own }),
    async [Symbol.asyncDispose]() {
      await registry.close();
      origin[Symbol.dispose]();
      target[Symbol.dispose]();
    },
  };
}

describe('pullImage', () => {
  it('brings an image into the store, whole and right', async () => {
    await using it = await scene();
    const progress: PullProgress[] = [];
    const image = await it.pull({ onProgress: (event) => progress.push(event) });
    expect(await validateImage(image)).toEqual([]);
    expect(image.descriptor.digest).toBe(it.image.descriptor.digest);
    expect(image.config).toEqual(it.image.config);
    expect(image.config.config.Cmd).toEqual(['/bin/sh']);
    const done = progress.filter(({ state }) => state === 'done').map(({ digest }) => digest);
    expect(done.sort()).toEqual(
      [image.manifest.config.digest, ...image.layers.map(({ digest }) => digest)].sort(),
    );
  });

  it('fetches only what the store lacks', async () => {
    await using it = await scene();
    await it.pull();
    const before = it.registry.requests.length;
    await it.pull();
    expect(it.registry.requests.slice(before)).toEqual(['GET /v2/test/image/manifests/v1']);
  });

  it('pulls by digest, and notices when another image is served', async () => {
    await using it = await scene();
    const { digest } = it.image.descriptor;
    expect((await it.pull({}, `test/image@${digest}`)).descriptor.digest).toBe(digest);
    const other = digestOf('other');
    it.registry.addManifest('test/image', other, mediaTypes.ociManifest, it.image.manifestBytes);
    await expect(it.pull({}, `test/image@${other}`)).rejects.toThrow(DigestMismatchError);
  });
});

describe('findImage', () => {
  it('asks no registry for what a digest names and the store has, an index too', async () => {
    await using it = await scene();
    const bytes = encode({
      schemaVersion: 2,
      manifests: [{ ...it.image.descriptor, platform: { os: 'linux', architecture: 'arm64' } }],
    });
    it.registry.addManifest('test/image', 'index', mediaTypes.ociIndex, bytes);
    for (const digest of [digestOf(bytes), it.image.descriptor.digest]) {
      const reference = `${it.registry.host}/test/image@${digest}`;
      const find = () => findImage(reference, { store: it.store, registry: quick });
      expect((await find()).descriptor.digest).toBe(it.image.descriptor.digest);
      const before = it.registry.requests.length;
      expect((await find()).descriptor.digest).toBe(it.image.descriptor.digest);
      expect(it.registry.requests.length).toBe(before);
    }
  });

  it('fetches again what was removed from the store', async () => {
    await using it = await scene();
    const reference = `${it.registry.host}/test/image@${it.image.descriptor.digest}`;
    await findImage(reference, { store: it.store, registry: quick });
    await it.store.remove(it.image.layers[0]?.digest ?? digestOf(''));
    const image = await findImage(reference, { store: it.store, registry: quick });
    expect(await validateImage(image)).toEqual([]);
  });
});

describe('an index', () => {
  const platformed = (image: Image, platform: object): object => ({ ...image.descriptor, platform });

  it('leads to the image of the wanted platform, through further indexes too', async () => {
    await using it = await scene();
    const amd64 = await randomImage(it.originStore, { seed: 2, architecture: 'amd64' });
    await it.registry.add('test/image', 'amd64', amd64);
    const inner = encode({
      schemaVersion: 2,
      manifests: [platformed(it.image, { os: 'linux', architecture: 'arm64', variant: 'v8' })],
    });
    it.registry.addManifest('test/image', 'inner', mediaTypes.ociIndex, inner);
    const attestation = {
      ...amd64.descriptor,
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const outer = encode({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerList,
      manifests: [
        attestation,
        platformed(amd64, { os: 'linux', architecture: 'amd64' }),
        { mediaType: mediaTypes.ociIndex, digest: digestOf(inner), size: inner.byteLength },
      ],
    });
    it.registry.addManifest('test/image', 'multi', mediaTypes.dockerList, outer);
    expect((await it.pull({}, 'test/image:multi')).descriptor.digest).toBe(it.image.descriptor.digest);
    const platform = { os: 'linux', architecture: 'x86_64' };
    expect((await it.pull({ platform }, 'test/image:multi')).descriptor.digest).toBe(amd64.descriptor.digest);
    const s390x = { os: 'linux', architecture: 's390x' };
    await expect(it.pull({ platform: s390x }, 'test/image:multi')).rejects.toThrow(
      /available for linux\/amd64, linux\/arm64 only/,
    );
  });

  it('whose entries have other sizes than it says is refused', async () => {
    const bytes = encode({
      schemaVersion: 2,
      manifests: [{ mediaType: mediaTypes.ociIndex, digest: digestOf('x'), size: 0 }],
    });
    const source = {
      description: 'circle',
      resolve: async () => ({
        descriptor: { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), size: bytes.byteLength },
        bytes,
      }),
      manifest: () => source.resolve(),
      blob: async function* () {},
      close: async () => undefined,
    };
    const { store, ...rest } = await temporaryStore();
    await expect(pullImage('x', { store, source })).rejects.toThrow(SizeMismatchError);
    rest[Symbol.dispose]();
  });

  it('without the platform of a single image is no way around it', async () => {
    await using it = await scene();
    await expect(it.pull({ platform: { os: 'linux', architecture: 'amd64' } })).rejects.toThrow(
      PlatformNotFoundError,
    );
  });
});

describe('a bad registry', () => {
  it.each<[string, Uint8Array, string, new (...args: never[]) => Error]>([
    ['no JSON', Buffer.from('<html>'), mediaTypes.ociManifest, InvalidManifestError],
    ['JSON of another kind', Buffer.from('[]'), mediaTypes.ociManifest, InvalidManifestError],
    [
      'a manifest without config',
      encode({ schemaVersion: 2, layers: [] }),
      mediaTypes.ociManifest,
      InvalidManifestError,
    ],
    [
      'a digest that is a path',
      manifestWith({ digest: '../../etc/passwd' }),
      mediaTypes.ociManifest,
      InvalidManifestError,
    ],
    ['a negative size', manifestWith({ size: -1 }), mediaTypes.ociManifest, InvalidManifestError],
    [
      'a manifest that is an index too',
      Buffer.from(manifestWith({}).toString().replace('}', '},"manifests":[]')),
      mediaTypes.ociIndex,
      InvalidManifestError,
    ],
    ['a huge config', manifestWith({ size: 2 ** 40 }), mediaTypes.ociManifest, SizeMismatchError],
    [
      'schema 1',
      encode({ schemaVersion: 1, name: 'x', fsLayers: [] }),
      mediaTypes.dockerSchema1Signed,
      UnsupportedManifestError,
    ],
    [
      'an artifact',
      manifestWith({ mediaType: 'application/vnd.cncf.helm.config.v1+json' }),
      mediaTypes.ociManifest,
      UnsupportedManifestError,
    ],
    ['too much', Buffer.alloc(5 * 2 ** 20, ' '), mediaTypes.ociManifest, RegistryError],
  ])('that serves %s as a manifest is refused', async (_, bytes, mediaType, error) => {
    await using it = await scene();
    it.registry.addManifest('test/image', 'bad', mediaType, bytes);
    await expect(it.pull({}, 'test/image:bad')).rejects.toThrow(error);
  });

  it.each<[string, (blob: Buffer) => Uint8Array, new (...args: never[]) => Error]>([
    ['changed', (blob) => Buffer.from(blob).fill(0x55, 100, 101), DigestMismatchError],
    ['too long', (blob) => Buffer.concat([blob, Buffer.alloc(1)]), SizeMismatchError],
    ['too short', (blob) => blob.subarray(1), SizeMismatchError],
  ])('that serves a blob %s is refused, and nothing of it stays', async (_, change, error) => {
    await using it = await scene();
    const layer = it.image.layers[1];
    const bytes = await it.originStore.readWhole(layer?.digest ?? digestOf(''), 1e6);
    it.registry.setBlob(layer?.digest ?? '', change(bytes));
    await expect(it.pull()).rejects.toThrow(error);
    expect(readdirSync(join(it.store.directory, 'tmp'))).toEqual([]);
    expect(await it.store.list()).not.toContain(layer?.digest);
  });

  it('without the image is told apart from one that wants a login', async () => {
    await using it = await scene();
    await expect(it.pull({}, 'test/other:v1')).rejects.toThrow(ImageNotFoundError);
    await using closed = await scene({ auth: 'basic', username: 'u', password: 'p' });
    await expect(closed.pull()).rejects.toThrow(RegistryAuthError);
  });
});

describe('a bad connection', () => {
  /** Answers blob requests until `count` were cut, sending a part of each only. */
  const cutting = (count: number, bytesEach: number): Interception => {
    let cuts = 0;
    return (request, response) => {
      if (!request.url?.includes('/blobs/') || cuts++ >= count) return false;
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const blob = current?.get(request.url.split('/').at(-1) ?? '') ?? Buffer.alloc(0);
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': blob.byteLength - start,
        ...(start > 0 ? { 'content-range': `bytes ${start}-${blob.byteLength - 1}/${blob.byteLength}` } : {}),
      });
      response.write(blob.subarray(start, start + bytesEach), () => setTimeout(() => response.destroy(), 5));
      return true;
    };
  };
  let current: Map<string, Buffer> | undefined;

  async function withBlobs(image: Image): Promise<void> {
    current = new Map();
    for (const layer of image.layers) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of layer.stored()) chunks.push(chunk);
      current.set(layer.digest, Buffer.concat(chunks));
    }
    current.set(image.manifest.config.digest, Buffer.from(image.configBytes));
  }

  it('is taken up where it broke, as often as it must be', async () => {
    await using it = await scene({ fileBytes: 300_000, intercept: cutting(12, 40_000) });
    await withBlobs(it.image);
    const image = await it.pull();
    expect(await validateImage(image)).toEqual([]);
    expect(it.registry.requests.length).toBeGreaterThan(12);
  });

  it('that breaks before any byte comes is given up after some attempts', async () => {
    await using it = await scene({
      intercept: (request, response) =>
        request.url?.includes('/blobs/') ? (response.destroy(), true) : false,
    });
    await expect(it.pull()).rejects.toThrow(/after 3 attempts/);
    expect(readdirSync(join(it.store.directory, 'tmp'))).toEqual([]);
  });

  it('to a server that ignores ranges starts over, and skips what is there', async () => {
    let cuts = 0;
    await using it = await scene({
      fileBytes: 100_000,
      intercept: (request, response) => {
        delete request.headers.range;
        if (!request.url?.includes('/blobs/') || cuts++ >= 3) return false;
        const blob = current?.get(request.url.split('/').at(-1) ?? '') ?? Buffer.alloc(0);
        response.writeHead(200, { 'content-length': blob.byteLength });
        response.write(blob.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 5));
        return true;
      },
    });
    await withBlobs(it.image);
    expect(await validateImage(await it.pull())).toEqual([]);
  });

  it('that falls silent is noticed', async () => {
    await using it = await scene({
      intercept: (request, response) => {
        if (!request.url?.includes('/blobs/')) return false;
        response.writeHead(200, { 'content-length': 100 });
        response.flushHeaders();
        return true;
      },
    });
    await expect(it.pull({ registry: { ...quick, timeoutMs: 50 } })).rejects.toThrow(
      /nothing came for 50 ms/,
    );
  });

  it.each([500, 503, 429])('to a busy server (status %i) is tried again', async (status) => {
    let refusals = 0;
    await using it = await scene({
      intercept: (_, response) => {
        if (refusals++ >= 2) return false;
        response.writeHead(status, { 'retry-after': '0' }).end();
        return true;
      },
    });
    expect(await validateImage(await it.pull())).toEqual([]);
  });

  it('is closed when the signal is aborted', async () => {
    const controller = new AbortController();
    await using it = await scene({
      intercept: (request) => {
        if (request.url?.includes('/blobs/')) controller.abort(new Error('enough'));
        return false;
      },
    });
    await expect(it.pull({ signal: controller.signal })).rejects.toThrow('enough');
    expect(readdirSync(join(it.store.directory, 'tmp'))).toEqual([]);
  });
});

describe('authentication', () => {
  const credentials = async () => ({ kind: 'password', username: 'user', password: 'p:ss wörd' }) as const;

  it.each(['basic', 'token'] as const)('answers a %s challenge', async (auth) => {
    await using it = await scene({ auth, username: 'user', password: 'p:ss wörd' });
    expect(await validateImage(await it.pull({ registry: { ...quick, credentials } }))).toEqual([]);
  });

  it('gets a token without credentials where that suffices', async () => {
    await using it = await scene({ auth: 'token' });
    expect(await validateImage(await it.pull())).toEqual([]);
  });

  it('says so when credentials are refused, without repeating them', async () => {
    await using it = await scene({ auth: 'token', username: 'user', password: 'other' });
    const error: unknown = await it
      .pull({ registry: { ...quick, credentials } })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RegistryAuthError);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('p:ss');
  });

  it('stays with the host that it is for when that redirects', async () => {
    const seen: (string | undefined)[] = [];
    await using storage = await scene({
      intercept: (request) => (seen.push(request.headers.authorization), false),
    });
    await using it = await scene({
      auth: 'basic',
      username: 'user',
      password: 'p:ss wörd',
      intercept: (request, response) => {
        if (!request.url?.includes('/blobs/') || request.headers.authorization === undefined) return false;
        response
          .writeHead(307, { location: `http://${storage.registry.host}${request.url}?signature=secret` })
          .end();
        return true;
      },
    });
    expect(await validateImage(await it.pull({ registry: { ...quick, credentials } }))).toEqual([]);
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it('never follows a redirect to plain HTTP elsewhere', async () => {
    await using it = await scene({
      intercept: (request, response) => {
        if (!request.url?.includes('/blobs/')) return false;
        response.writeHead(302, { location: 'http://storage.example/blob?signature=secret' }).end();
        return true;
      },
    });
    const error: unknown = await it.pull().catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/plain HTTP is allowed for loopback hosts only/);
    expect(String(error)).not.toContain('secret');
  });
});

describe('a mirror', () => {
  it('serves the images of docker.io', async () => {
    await using it = await scene();
    await it.registry.add('prefix/library/debian', 'latest', it.image);
    const image = await pullImage('debian', {
      store: it.store,
      registry: { ...quick, mirror: `${it.registry.host}/prefix` },
    });
    expect(image.descriptor.digest).toBe(it.image.descriptor.digest);
  });

  it('must not be plain HTTP elsewhere', async () => {
    await using it = await scene();
    const registry = { ...quick, mirror: 'http://mirror.example' };
    await expect(pullImage('debian', { store: it.store, registry })).rejects.toThrow(/loopback/);
  });
});

function encode(json: unknown): Buffer {
  return Buffer.from(JSON.stringify(json));
}

/** A manifest whose config descriptor is changed. */
function manifestWith(changes: object): Buffer {
  const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(''), size: 0, ...changes };
  return encode({ schemaVersion: 2, config, layers: [] });
}
