import { compareNames, decodeName, encodeName } from './file-name.ts';

describe('file names', () => {
  // Oracle: Python 3, os.fsdecode(bytes) on Linux: b'\xff' is '\udcff', b'\xc3\xa9' is 'é'.
  it.each([
    ['plain', 'plain'],
    ['c3a9', 'é', 'hex'],
    ['ff', '\udcff', 'hex'],
    ['61c3', 'a\udcc3', 'hex'],
    ['eda080', '\udced\udca0\udc80', 'hex'],
    ['efbbbf61', '\ufeffa', 'hex'],
    ['f09f9880', '\u{1f600}', 'hex'],
  ])('%s is %j', (bytes, expected, encoding = 'utf8') => {
    const raw = Buffer.from(bytes, encoding as BufferEncoding);
    expect(decodeName(raw)).toBe(expected);
    expect(encodeName(expected).equals(raw)).toBe(true);
  });

  // Oracle: TextDecoder, which WHATWG Encoding defines: what it takes is text, and else no byte pair of it is.
  it('decode as text exactly where they are UTF-8', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    for (const lead of [0x41, 0x80, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff]) {
      for (const second of [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]) {
        for (const rest of [[], [0x80], [0x80, 0xbf], [0xc0, 0x80], [0x80, 0x41]]) {
          // The first byte is invalid anywhere, so that the slow path is taken.
          const bytes = Uint8Array.of(0xff, lead, second, ...rest);
          const decoded = decodeName(bytes);
          expect(encodeName(decoded).equals(bytes)).toBe(true);
          let text: string | undefined;
          try {
            text = strict.decode(bytes.subarray(1));
          } catch {
            expect(decoded.slice(1)).toMatch(/[\udc80-\udcff]/);
          }
          if (text !== undefined) expect(decoded).toBe(`\udcff${text}`);
        }
      }
    }
  });

  it('survive the round trip, whatever their bytes', () => {
    const lost: string[] = [];
    for (let high = 0; high < 256; high++) {
      for (let low = 1; low < 256; low += 3) {
        const bytes = Buffer.from([high, low, 0xe2, 0x82]);
        if (!encodeName(decodeName(bytes)).equals(bytes)) lost.push(bytes.toString('hex'));
      }
    }
    expect(lost).toEqual([]);
  });

  it('compare as their bytes do', () => {
    const names = ['a', 'b', 'ab', 'é', '\udcff', '\u{1f600}', '\uff5e', ''];
    for (const left of names) {
      for (const right of names) {
        expect(compareNames(left, right)).toBe(Buffer.compare(encodeName(left), encodeName(right)));
      }
    }
  });
});
