import { TarFormatError } from '../errors.ts';
import { encodeMember, makeTar } from '../testing/make-tar.ts';
import { collect, inPieces } from '@boxer/archive/testing';
import { encodePaxRecord, formatPaxTime, parsePaxRecords, parsePaxTime } from './pax.ts';
import { readTar, type TarEntry } from './tar-reader.ts';

type Read = Omit<TarEntry, 'body'> & { readonly content: string };

async function readAll(tar: Uint8Array, pieceBytes?: number): Promise<Read[]> {
  const entries: Read[] = [];
  for await (const { body, ...entry } of readTar(inPieces(tar, pieceBytes))) {
    entries.push({ ...entry, content: (await collect(body())).toString() });
  }
  return entries;
}

/** Sets a field of a header and corrects its checksum, as POSIX defines both. */
function withField(tar: Buffer, start: number, value: Buffer | string): Buffer {
  const changed = Buffer.from(tar);
  changed.set(Buffer.from(value as string), start);
  changed.fill(' ', 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return changed;
}

describe('readTar', () => {
  it('reads the same from pieces of any size', async () => {
    const tar = makeTar([
      { name: 'a/', permissions: 0o755 },
      { name: `a/${'b'.repeat(300)}`, content: 'x'.repeat(1000) },
    ]);
    const whole = await readAll(tar);
    expect(whole.map((entry) => entry.name)).toEqual(['a/', `a/${'b'.repeat(300)}`]);
    for (const pieceBytes of [1, 7, 511, 512, 513]) expect(await readAll(tar, pieceBytes)).toEqual(whole);
  });

  it('skips contents that nobody reads', async () => {
    const names: string[] = [];
    const tar = makeTar([{ name: 'a', content: 'x'.repeat(5000) }, { name: 'b' }]);
    for await (const entry of readTar(inPieces(tar, 100))) names.push(entry.name);
    expect(names).toEqual(['a', 'b']);
  });

  it('reads past the end marker to the end of the source', async () => {
    let isAtEnd = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield makeTar([{ name: 'a' }]);
      yield Buffer.alloc(10240);
      isAtEnd = true;
    }
    for await (const _ of readTar(source()));
    expect(isAtEnd).toBe(true);
  });

  it('ends the source when the reader stops early', async () => {
    let isEnded = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield makeTar([{ name: 'a' }, { name: 'b' }]);
        yield Buffer.alloc(1);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of readTar(source())) break;
    expect(isEnded).toBe(true);
  });

  // GNU tar manual, "Basic Tar Format": numbers with the top bit set are base 256, big-endian two's complement.
  it('reads GNU base 256 numbers, negative ones too', async () => {
    const negative = Buffer.alloc(12, 0xff);
    const large = Buffer.from([0x80, 0, 0, 0, 0xb2, 0xd0, 0x5e, 0x00]);
    const tar = withField(withField(makeTar([{ name: 'a' }]), 136, negative), 108, large);
    expect(await readAll(tar)).toMatchObject([{ mtime: { seconds: -1 }, uid: 3_000_000_000 }]);
  });

  it('lets a global header give defaults, and an own one override them', async () => {
    const global = withField(
      encodeMember({ name: 'g', content: encodePaxRecord('mtime', '5').toString() }),
      156,
      'g',
    );
    const tar = Buffer.concat([
      global,
      makeTar([{ name: 'a' }, { name: 'b', mtime: { seconds: -7, nanoseconds: 0 } }]),
    ]);
    expect((await readAll(tar)).map((entry) => entry.mtime.seconds)).toEqual([5, -7]);
  });

  it.each([
    ['a wrong checksum', Buffer.concat([Buffer.alloc(512, 'x'), Buffer.alloc(1024)]), /checksum/],
    ['old sparse files', withField(makeTar([{ name: 'a' }]), 156, 'S'), /sparse/],
    ['new sparse files', paxTar('GNU.sparse.major', '1'), /sparse/],
    ['multi-volume archives', withField(makeTar([{ name: 'a' }]), 156, 'M'), /multi-volume/],
    ['unknown types', withField(makeTar([{ name: 'a' }]), 156, 'Q'), /type "Q"/],
    [
      'a negative size',
      withField(makeTar([{ name: 'a' }]), 124, Buffer.alloc(12, 0xff)),
      /size is out of range/,
    ],
    [
      'a size that is no number',
      withField(makeTar([{ name: 'a' }]), 124, '0000000zzzz\0'),
      /size is not a number/,
    ],
    ['a size that lies', withField(makeTar([{ name: 'a' }]), 124, '77777777777\0'), /bytes too early/],
    ['a pax size that lies', paxTar('size', '9007199254740000'), /bytes too early/],
    ['a pax size beyond counting', paxTar('size', '99999999999999999999'), /out of range/],
    ['a pax owner beyond counting', paxTar('uid', '4294967296'), /uid is out of range/],
    ['a pax time that is no number', paxTar('mtime', 'soon'), /time is malformed/],
    [
      'a huge extended header',
      withField(encodeMember({ name: 'x', content: 'x' }), 124, '77777777777\0'),
      /bytes too early/,
    ],
    [
      'data after a lone zero block',
      Buffer.concat([Buffer.alloc(512), makeTar([{ name: 'a' }])]),
      /lone block/,
    ],
  ])('refuses %s', async (_, tar, message) => {
    await expect(readAll(tar)).rejects.toThrow(TarFormatError);
    await expect(readAll(tar)).rejects.toThrow(message);
  });
});

describe('extended headers', () => {
  const long = encodePaxRecord('comment', 'x'.repeat(3_000_000)).toString();
  const header = (type: string): Buffer => withField(encodeMember({ name: 'x', content: long }), 156, type);

  it.each(['x', 'g', 'L', 'V'])('of type %s may not fill the memory together', async (type) => {
    const tar = Buffer.concat([header(type), header(type), makeTar([{ name: 'a' }])]);
    await expect(readAll(tar)).rejects.toThrow(/too long/);
  });

  it('may be long for each member, but global ones not for all', async () => {
    const members = (type: string): Buffer =>
      Buffer.concat([header(type), encodeMember({ name: 'a' }), header(type), makeTar([{ name: 'b' }])]);
    expect((await readAll(members('x'))).map(({ name }) => name)).toEqual(['a', 'b']);
    await expect(readAll(members('g'))).rejects.toThrow(/too long/);
  });
});

describe('pax records', () => {
  // Oracle: the example of POSIX pax, "25 ctime=1084839148.1212\n" counts its own length.
  it('count their own length', () => {
    expect(encodePaxRecord('ctime', '1084839148.1212').toString()).toBe('25 ctime=1084839148.1212\n');
    for (let length = 80; length < 120; length++) {
      const record = encodePaxRecord('k', 'v'.repeat(length));
      expect(Number.parseInt(record.toString(), 10)).toBe(record.byteLength);
    }
  });

  it('hold any bytes', () => {
    const value = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(parsePaxRecords(encodePaxRecord('a=b'.slice(0, 1), value)).get('a')).toEqual(value);
  });

  it.each(['x', '5 a=\n9', '0 a=b\n', '6 ab\n\n', '99 a=b\n', '7 a=b c'])(
    'are refused when malformed: %j',
    (text) => {
      expect(() => parsePaxRecords(Buffer.from(text))).toThrow(RangeError);
    },
  );

  it.each([
    ['0', 0, 0],
    ['1.5', 1, 500_000_000],
    ['-1.25', -2, 750_000_000],
    ['-3', -3, 0],
    ['1234567890.123456789', 1234567890, 123_456_789],
  ])('time %s', (text, seconds, nanoseconds) => {
    expect(parsePaxTime(text)).toEqual({ seconds, nanoseconds });
    expect(formatPaxTime({ seconds, nanoseconds })).toBe(text);
  });
});

function paxTar(keyword: string, value: string): Buffer {
  const extended = withField(
    encodeMember({ name: 'x', content: encodePaxRecord(keyword, value).toString() }),
    156,
    'x',
  );
  return Buffer.concat([extended, makeTar([{ name: 'a' }])]);
}
