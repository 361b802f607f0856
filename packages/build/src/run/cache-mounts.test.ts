import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CacheMount } from '@boxer/dockerfile';
import { digestOf } from '@boxer/foundation';
import { attributes, inlineContent, Spool, Tree } from '@boxer/fsimage';
import { CacheMounts } from './cache-mounts.ts';

const mount = (id: string, sharing: CacheMount['sharing'] = 'locked'): CacheMount => ({
  kind: 'cache',
  target: '/c',
  id,
  sharing,
  from: { kind: 'scratch' },
  sourcePath: '/',
  mode: undefined,
  uid: undefined,
  gid: undefined,
  readOnly: false,
});

describe('CacheMounts', () => {
  let directory: string;
  let spool: Spool;
  let caches: CacheMounts;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'boxer-caches-'));
    spool = await Spool.create();
    caches = new CacheMounts(directory);
  });
  afterEach(async () => {
    await spool.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps content, modes and owners, by id', async () => {
    const first = await caches.open(mount('a'), spool, undefined);
    expect(first.tree).toBeUndefined();
    const tree = new Tree();
    tree.setAttributes('/', attributes({ permissions: 0o700, uid: 3 }));
    // A name that would be a whiteout in a layer is a file like any other here.
    tree.create('/.wh.x', {
      kind: 'file',
      content: inlineContent('X'),
      ...attributes({ permissions: 0o640, gid: 4 }),
    });
    await first.save(tree);
    await first.release();
    const second = await caches.open(mount('a'), spool, undefined);
    expect(second.tree?.lookup('/')?.inode).toMatchObject({ permissions: 0o700, uid: 3 });
    expect(second.tree?.lookup('/.wh.x')?.inode).toMatchObject({ permissions: 0o640, gid: 4 });
    await second.release();
    const other = await caches.open(mount('b'), spool, undefined);
    expect(other.tree).toBeUndefined();
    await other.release();
  });

  it('lets one at a time use a locked cache', async () => {
    const order: string[] = [];
    const first = await caches.open(mount('a'), spool, undefined);
    const waiting = caches.open(mount('a'), spool, undefined).then((cache) => {
      order.push('second has it');
      return cache;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    order.push('first releases');
    await first.release();
    await (await waiting).release();
    expect(order).toEqual(['first releases', 'second has it']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lets several use a shared cache', async () => {
    const open = await Promise.all([1, 2].map(() => caches.open(mount('a', 'shared'), spool, undefined)));
    await Promise.all(open.map((cache) => cache.release()));
  });

  it('takes a lock over whose process is gone', async () => {
    const { pid } = spawnSync('true');
    const path = join(directory, `${digestOf('a').slice('sha256:'.length)}.lock`);
    writeFileSync(path, String(pid));
    const cache = await caches.open(mount('a'), spool, undefined);
    await cache.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('stops waiting when the build is interrupted', async () => {
    const first = await caches.open(mount('a'), spool, undefined);
    const stop = new AbortController();
    const waiting = caches.open(mount('a'), spool, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    await first.release();
  });
});
