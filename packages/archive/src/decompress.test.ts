import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { DecompressionError } from './errors.ts';
import { collect, inPieces, seededRandom } from './testing/index.ts';
import { decompress, detectCompression } from './decompress.ts';

const plain = sampleText(600_000);

describe('decompress', () => {
  it.each([0, 1, 5, 700])('passes %i bytes that are not compressed', async (length) => {
    expect(
      (await collect(decompress(inPieces(plain.subarray(0, length), 3)))).equals(plain.subarray(0, length)),
    ).toBe(true);
  });

  it.each([1, 1000, 1 << 20])('reads gzip of several members in pieces of %i bytes', async (pieceBytes) => {
    const half = plain.subarray(0, 30_000);
    const stream = Buffer.concat([gzipSync(half), gzipSync(half)]);
    expect(
      (await collect(decompress(inPieces(stream, pieceBytes)))).equals(Buffer.concat([half, half])),
    ).toBe(true);
  });

  it('refuses truncated and corrupt gzip', async () => {
    const stream = gzipSync(plain);
    await expect(collect(decompress(inPieces(stream.subarray(0, -1))))).rejects.toThrow(DecompressionError);
    stream[stream.length >> 1] = (stream[stream.length >> 1] ?? 0) ^ 0xff;
    await expect(collect(decompress(inPieces(stream)))).rejects.toThrow(DecompressionError);
  });

  it.each(['BZh9', '\xfd7zXZ\0'])('refuses %j by name', async (magic) => {
    await expect(collect(decompress(inPieces(Buffer.from(`${magic}rest`, 'latin1'))))).rejects.toThrow(
      /not supported/,
    );
  });

  it('passes on the failure of its source', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(plain).subarray(0, 100);
      throw new Error('connection lost');
    }
    await expect(collect(decompress(failing()))).rejects.toThrow('connection lost');
  });

  it('ends its source when the reader stops early', async () => {
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield gzipSync(plain);
        for (;;) yield gzipSync(plain);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of decompress(endless())) break;
    expect(isEnded).toBe(true);
  });
});

/** Oracle: the reference implementation's command line. */
describeIf(whyNoCommand('zstd'), 'zstd', () => {
  const zstd = (input: Uint8Array, ...args: string[]): Buffer => {
    const result = spawnSync('zstd', ['-c', ...args], { input, maxBuffer: 64 << 20 });
    if (result.status !== 0) throw new Error(result.stderr.toString());
    return result.stdout;
  };
  const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')]);

  it.each([
    ['-1'],
    ['-19'],
    ['-3', '--no-check'],
    ['-3', '--long=27'],
    ['-5', `--stream-size=${plain.byteLength}`],
    ['--ultra', '-22'],
  ])(
    'reads what zstd %s %s writes',
    async (...args) => {
      for (const input of [plain, Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(400_000)]) {
        if (args.some((arg) => arg.startsWith('--stream-size')) && input !== plain) continue;
        expect((await collect(decompress(inPieces(zstd(input, ...args), 777)))).equals(input)).toBe(true);
      }
    },
    60_000,
  );

  it('reads many frames, skippable ones among them', async () => {
    const frame = zstd(plain.subarray(0, 1000));
    const frames = [skippable, ...Array.from({ length: 3000 }, () => frame), skippable];
    const output = await collect(decompress(inPieces(Buffer.concat(frames), 1 << 20)));
    expect(output.byteLength).toBe(3_000_000);
    expect(output.subarray(-1000).equals(plain.subarray(0, 1000))).toBe(true);
  }, 60_000);

  it('refuses truncated streams, wherever that is', async () => {
    const stream = zstd(plain.subarray(0, 5000));
    for (let length = 1; length < stream.byteLength; length += 7) {
      if (length < 4) continue;
      await expect(collect(decompress(inPieces(stream.subarray(0, length))))).rejects.toThrow(
        DecompressionError,
      );
    }
  });

  it('ends with an error, or with other bytes, when bytes are changed, but never hangs', async () => {
    const stream = zstd(plain.subarray(0, 20_000));
    for (let at = 4; at < stream.byteLength; at += 11) {
      const broken = Buffer.from(stream);
      broken[at] = (broken[at] ?? 0) ^ 0x55;
      await collect(decompress(inPieces(broken))).catch((error: unknown) =>
        expect(error).toBeInstanceOf(DecompressionError),
      );
    }
  });

  it('refuses windows that would take too much memory', async () => {
    const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00]);
    await expect(collect(decompress(inPieces(huge)))).rejects.toThrow(/window/);
  });
});

describe('a zstd frame', () => {
  // Worked by hand from RFC 8878, sections 3.1.1.1 and 3.1.1.2: descriptor 0, window 1 KiB, raw and RLE blocks.
  // As klauspost/compress writes them, which skopeo and containerd use: its first block may be tiny.
  it('may begin with blocks of a few bytes', async () => {
    const block = (type: number, size: number, body: string, last = 0): Buffer => {
      const bits = (size << 3) | (type << 1) | last;
      return Buffer.concat([Buffer.from([bits & 0xff, (bits >> 8) & 0xff, bits >> 16]), Buffer.from(body)]);
    };
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00]);
    const blocks = [
      block(0, 2, 'ab'),
      block(1, 5, 'c'),
      block(0, 1, 'd'),
      block(0, 100, 'e'.repeat(100)),
      block(0, 3, 'xyz', 1),
    ];
    const stream = Buffer.concat([head, ...blocks]);
    for (const pieceBytes of [1, 5, 1000]) {
      const output = await collect(decompress(inPieces(stream, pieceBytes)));
      expect(output.toString()).toBe(`abcccccd${'e'.repeat(100)}xyz`);
    }
  });
});

describe('detectCompression', () => {
  // Oracle: file(1)'s magic numbers.
  it.each([
    ['none', 'etc/passwd'],
    ['none', ''],
    ['gzip', '\x1f\x8b\x08\0'],
    ['zstd', '\x28\xb5\x2f\xfd'],
    ['bzip2', 'BZh9'],
    ['none', 'BZhello'],
    ['xz', '\xfd7zXZ\0'],
  ])('%s: %j', (expected, start) => {
    expect(detectCompression(Buffer.from(start, 'latin1'))).toBe(expected);
  });
});

/** Words with structure, so that compressors find matches near and far. */
function sampleText(length: number): Buffer {
  const random = seededRandom(7);
  const words = Array.from({ length: 500 }, () => random(2 ** 31).toString(36));
  let text = '';
  while (text.length < length) text += `${words[random(words.length)]} `;
  return Buffer.from(text.slice(0, length));
}
