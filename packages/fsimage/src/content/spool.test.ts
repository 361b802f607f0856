import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@boxer/foundation';
import { ContentError } from '../errors.ts';
import { inPieces } from '@boxer/archive/testing';
import { readContent } from './content.ts';
import { Spool } from './spool.ts';

describe('Spool', () => {
  it('gives back what was stored, before and after it reaches the disk', async () => {
    await using spool = await Spool.create();
    const texts = ['', 'a', 'b'.repeat(1_500_000), 'c'.repeat(10)];
    for (const text of texts) {
      const content = await spool.store(inPieces(Buffer.from(text), 100_003));
      expect(content.sizeBytes).toBe(text.length);
      expect(content.knownDigest).toBe(digestOf(text));
      expect((await readContent(content)).toString()).toBe(text);
    }
  });

  it('can be read while it is written', async () => {
    await using spool = await Spool.create();
    const first = await spool.store(inPieces(Buffer.from('first')));
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 200; index++) {
        yield Buffer.alloc(10_007, index);
        if (index % 20 === 0) expect((await readContent(first)).toString()).toBe('first');
      }
    }
    const second = await readContent(await spool.store(chunks()));
    const expected = Buffer.concat(Array.from({ length: 200 }, (_, index) => Buffer.alloc(10_007, index)));
    expect(second.equals(expected)).toBe(true);
  });

  it('leaves nothing behind, even while it is open', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fsimage-spool-'));
    await using spool = await Spool.create(directory);
    await spool.store(inPieces(Buffer.alloc(3_000_000)));
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it('refuses to be read when closed', async () => {
    const spool = await Spool.create();
    const content = await spool.store(inPieces(Buffer.from('x')));
    await spool.close();
    await spool.close();
    await expect(readContent(content)).rejects.toThrow(ContentError);
  });
});
