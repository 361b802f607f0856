import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCache } from './code-cache.ts';
import { type CachedPack, decodeLog, encodeRecord } from './index-log.ts';

const base = mkdtempSync(join(tmpdir(), 'boxer-packs-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
const newFolder = () => join(base, `cache-${++count}`);
const bytesOf = (seed: number, length = 1000) => new Uint8Array(length).fill(seed);
const seedsOf = (folder: string) =>
  new CodeCache(folder).list().flatMap((pack) => new CodeCache(folder).load(pack)?.[0] ?? []);

describe('a cache of packs', () => {
  it('gives back what it was given, newest first, each once, to whoever opens it', () => {
    const folder = newFolder();
    new CodeCache(folder).add(bytesOf(1), [7, 0xffff_ffff]);
    new CodeCache(folder).add(bytesOf(2), [8]);
    new CodeCache(folder).add(bytesOf(1), [7, 0xffff_ffff]);
    const cache = new CodeCache(folder);
    expect(cache.list().map(({ hashes }) => hashes)).toEqual([[7, 0xffff_ffff], [8]]);
    expect(cache.list().map((pack) => cache.load(pack))).toEqual([bytesOf(1), bytesOf(2)]);
  });

  it('is empty where there is no folder, and where there cannot be one', () => {
    expect(new CodeCache(newFolder()).list()).toEqual([]);
    const file = join(base, 'file');
    writeFileSync(file, 'x');
    const cache = new CodeCache(join(file, 'folder'));
    cache.add(bytesOf(1), [1]);
    expect(cache.list()).toEqual([]);
  });

  it('neither gives nor takes anything in a folder that others can write to', () => {
    const folder = newFolder();
    new CodeCache(folder).add(bytesOf(1), [1]);
    expect(seedsOf(folder)).toEqual([1]);
    chmodSync(folder, 0o770);
    const cache = new CodeCache(folder);
    cache.add(bytesOf(2), [2]);
    expect(cache.list()).toEqual([]);
    chmodSync(folder, 0o700);
    expect(seedsOf(folder)).toEqual([1]);
  });

  it('refuses files that were changed, cut or deleted', () => {
    const folder = newFolder();
    const cache = new CodeCache(folder);
    for (const seed of [1, 2, 3, 4]) cache.add(bytesOf(seed), [seed]);
    const pathOf = (seed: number) => {
      const name = readdirSync(folder).find(
        (each) => each.endsWith('.wasm') && readFileSync(join(folder, each))[0] === seed,
      );
      return join(folder, name ?? '');
    };
    const changed = bytesOf(1);
    changed[999] = 0;
    writeFileSync(pathOf(1), changed);
    writeFileSync(pathOf(2), bytesOf(2, 999));
    rmSync(pathOf(3));
    expect(seedsOf(folder)).toEqual([4]);
  });

  it('skips what a crash has left of a record', () => {
    const folder = newFolder();
    new CodeCache(folder).add(bytesOf(1), [1]);
    const record = encodeRecord({ digest: 'ab'.repeat(32), sizeBytes: 5, hashes: [1, 2, 3] });
    for (const cut of [4, 20, record.length - 4]) {
      appendFileSync(join(folder, 'index'), record.subarray(0, cut));
      new CodeCache(folder).add(bytesOf(cut), [cut]);
    }
    expect(seedsOf(folder)).toEqual([record.length - 4, 20, 4, 1]);
  });

  it('throws away what was used longest ago when there is too much, and forgets its name', () => {
    const folder = newFolder();
    const cache = new CodeCache(folder, { maxBytes: 4000 });
    for (const seed of [1, 2, 3, 4]) cache.add(bytesOf(seed), [seed]);
    // Used: 1 now, 2 to 4 long ago, in this order.
    for (const [i, { digest }] of cache.list().entries())
      utimesSync(join(folder, `${digest}.wasm`), 1000 - i, 1000 - i);
    const first = cache.list().at(-1);
    if (first) cache.load(first);
    cache.add(bytesOf(5), [5]);
    expect(seedsOf(folder)).toEqual([5, 4, 1]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes no more from one box than its share', () => {
    const folder = newFolder();
    const cache = new CodeCache(folder, { maxAddedBytes: 2500 });
    for (const seed of [1, 2, 3, 4]) cache.add(bytesOf(seed), [seed]);
    expect(seedsOf(folder)).toEqual([2, 1]);
  });
});

describe('the index of a cache', () => {
  const packs: CachedPack[] = [
    { digest: '01'.repeat(32), sizeBytes: 10, hashes: [1, 2] },
    { digest: '02'.repeat(32), sizeBytes: 20, hashes: [3] },
  ];
  const log = Buffer.concat(packs.map(encodeRecord));

  it('reads only records that were written, wherever it is cut or changed', () => {
    const known = new Set(packs.map((pack) => JSON.stringify(pack)));
    for (let at = 0; at < log.length; at++) {
      const changed = Buffer.from(log);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      for (const bytes of [log.subarray(0, at), changed]) {
        const read = decodeLog(bytes);
        expect(read.every((pack) => known.has(JSON.stringify(pack)))).toBe(true);
      }
    }
  });
});
