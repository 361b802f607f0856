import { spawnSync } from 'node:child_process';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { decompressAny } from './decompress-any.ts';

/** Compresses with the host's own program: the oracle is that it comes back unchanged. */
const programs = [
  { name: 'gzip', args: ['-c'], hasEnd: true, isVerified: true },
  { name: 'bzip2', args: ['-c'], hasEnd: true, isVerified: true },
  { name: 'xz', args: ['-c'], hasEnd: true, isVerified: true },
  // Its checksums are optional and not verified: see @boxer/archive.
  { name: 'zstd', args: ['-c', '-q'], hasEnd: true, isVerified: false },
  // Not compressed at all.
  { name: 'cat', args: [], hasEnd: false, isVerified: false },
];

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return Buffer.concat(parts);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

for (const { name, args, hasEnd, isVerified } of programs)
  describeIf(whyNoCommand(name), `decompressAny: ${name}`, () => {
    const plain = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `${i} ${i * i}\n`).join(''));
    const compressed = spawnSync(name, args, { input: plain, maxBuffer: 1 << 26 }).stdout;

    it.each([1, 1000, 1 << 20])('restores what was compressed, %d bytes at a time', async (size) => {
      const bytes = size === 1 ? spawnSync(name, args, { input: 'short' }).stdout : compressed;
      const expected = size === 1 ? Buffer.from('short') : plain;
      expect((await collect(decompressAny(pieces(bytes, size)))).equals(expected)).toBe(true);
    });

    if (hasEnd)
      it('refuses a stream that is cut off', async () => {
        const cut = compressed.subarray(0, Math.floor(compressed.length * 0.7));
        await expect(collect(decompressAny(pieces(cut, 4096)))).rejects.toThrow(/^Cannot decompress/);
      });

    if (isVerified)
      it('refuses a stream that is damaged', async () => {
        const damaged = Buffer.from(compressed);
        damaged.fill(0x55, Math.floor(damaged.length / 2), Math.floor(damaged.length / 2) + 64);
        await expect(collect(decompressAny(pieces(damaged, 4096)))).rejects.toThrow(/^Cannot decompress/);
      });
  });
