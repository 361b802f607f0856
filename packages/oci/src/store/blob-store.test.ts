import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, digestOf } from '@boxer/foundation';
import { BlobNotFoundError, DigestMismatchError, SizeMismatchError } from '../errors.ts';
import { temporaryDirectory, temporaryStore } from '../testing/temporary-store.ts';
import { BlobStore } from './blob-store.ts';
import { ImageNames } from './image-names.ts';

const bytes = Buffer.from('abc');
// Oracle: `printf abc | sha256sum`.
const digest = digestOf('abc');

async function read(store: BlobStore, of = digest): Promise<string> {
  return (await store.readWhole(of, 100)).toString();
}

describe('BlobStore', () => {
  it('keeps blobs under their digests', async () => {
    using it = await temporaryStore();
    expect(await it.store.put([bytes])).toEqual({ digest, size: 3 });
    expect(await read(it.store)).toBe('abc');
    expect(await it.store.list()).toEqual([digest]);
    expect(readdirSync(join(it.store.directory, 'blobs/sha256'))).toEqual([digest.slice(7)]);
    await it.store.remove(digest);
    await it.store.remove(digest);
    await expect(read(it.store)).rejects.toThrow(BlobNotFoundError);
  });

  it.each<[string, { digest: typeof digest; size: number }, new (...args: never[]) => Error]>([
    ['another digest', { digest: digestOf('x'), size: 3 }, DigestMismatchError],
    ['more bytes', { digest, size: 2 }, SizeMismatchError],
    ['fewer bytes', { digest, size: 4 }, SizeMismatchError],
  ])('refuses a blob that has %s than expected, and keeps nothing of it', async (_, expected, error) => {
    using it = await temporaryStore();
    await expect(it.store.put([bytes], expected)).rejects.toThrow(error);
    expect(await it.store.list()).toEqual([]);
    expect(readdirSync(join(it.store.directory, 'tmp'))).toEqual([]);
  });

  it('notices when a blob was damaged on disk', async () => {
    using it = await temporaryStore();
    await it.store.put([bytes]);
    writeFileSync(it.store.pathOf(digest), 'abd');
    await expect(read(it.store)).rejects.toThrow(DigestMismatchError);
    expect(await it.store.has({ digest, size: 4 })).toBe(false);
  });

  it('reads no more than is wanted at once', async () => {
    using it = await temporaryStore();
    await it.store.put([bytes]);
    await expect(it.store.readWhole(digest, 2)).rejects.toThrow(SizeMismatchError);
  });

  it('removes what killed processes left behind a day ago, and nothing younger', async () => {
    using directory = temporaryDirectory();
    await BlobStore.open(directory.path);
    const [old, young] = [join(directory.path, 'tmp/old'), join(directory.path, 'tmp/young')];
    writeFileSync(old, 'x');
    writeFileSync(young, 'x');
    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(old, yesterday, yesterday);
    await BlobStore.open(directory.path);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it('closes the file when a reader stops early or is aborted', async () => {
    using it = await temporaryStore();
    const { digest: large } = await it.store.put([Buffer.alloc(2_000_000)]);
    for await (const _ of it.store.read(large)) break;
    const controller = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const _ of it.store.read(large, controller.signal)) controller.abort(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
  });
});

describe('cacheDirectory', () => {
  it.each([
    [{ BOXER_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
    [{ XDG_CACHE_HOME: '/b' }, '/b/boxer'],
  ])('%j is %s', (environment, expected) => {
    expect(cacheDirectory(environment)).toBe(expected);
  });

  it.each([{}, { XDG_CACHE_HOME: 'relative' }, { BOXER_CACHE_DIR: '' }])(
    '%j is in the home directory',
    (environment) => {
      expect(cacheDirectory(environment)).toMatch(/\/\.cache\/boxer$/);
    },
  );
});

describe('ImageNames', () => {
  it('gives images complete names, and takes them away', async () => {
    using it = await temporaryStore();
    const names = new ImageNames(it.store);
    const manifest = { mediaType: 'x', digest, size: 3 };
    expect(await names.list()).toEqual([]);
    await names.set('b', manifest);
    await names.set('a:1', { ...manifest, size: 4 });
    await names.set('a:1', manifest);
    expect(await names.list()).toEqual([
      { name: 'docker.io/library/a:1', manifest },
      { name: 'docker.io/library/b:latest', manifest },
    ]);
    expect(await names.get('docker.io/library/b')).toEqual({ name: 'docker.io/library/b:latest', manifest });
    expect(await names.remove('b')).toBe(true);
    expect(await names.remove('b')).toBe(false);
    expect(await names.get('b')).toBeUndefined();
  });
});
