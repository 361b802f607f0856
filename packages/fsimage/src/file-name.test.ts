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

  it('survive the round trip, whatever their bytes', () => {
    for (let high = 0; high < 256; high++) {
      for (let low = 1; low < 256; low += 3) {
        const bytes = Buffer.from([high, low, 0xe2, 0x82]);
        expect(encodeName(decodeName(bytes)).equals(bytes)).toBe(true);
      }
    }
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
