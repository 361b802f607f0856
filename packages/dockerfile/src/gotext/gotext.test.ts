import { suggest, withSuggestion } from '@boxer/foundation';
import { parseByteSize } from './byte-size.ts';
import { basename, cleanPath, joinPath } from './clean-path.ts';
import { splitCsv } from './csv.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { goQuote } from './quote.ts';
import { trimSpace } from './space.ts';

// Expected values: examples and tests of Go's packages strconv, encoding/csv, time, path and strings.
describe('goQuote', () => {
  it.each([
    ['a "b"', '"a \\"b\\""'],
    ['\x07\b\f\r\n\t\v', '"\\a\\b\\f\\r\\n\\t\\v"'],
    ['\\', '"\\\\"'],
    ['☺', '"☺"'],
    ['\x7f\0', '"\\x7f\\x00"'],
    ['\u00a0\ufeff', '"\\u00a0\\ufeff"'],
    ['\u{e0001}', '"\\U000e0001"'],
  ])('%j', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
});

describe('splitCsv', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['""', ['']],
  ])('%j', (line, fields) => {
    expect(splitCsv(line)).toEqual(fields);
  });

  it.each([
    ['', 'EOF'],
    ['a"b', 'parse error on line 1, column 2: bare " in non-quoted-field'],
    ['"a', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ['"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ])('refuses %j', (line, message) => {
    expect(() => splitCsv(line)).toThrow(message);
  });
});

describe('durations', () => {
  it.each([
    ['0', 0n, '0s'],
    ['5s', 5_000_000_000n, '5s'],
    ['1h15m30.918s', 4_530_918_000_000n, '1h15m30.918s'],
    ['1.5ms', 1_500_000n, '1.5ms'],
    ['.5us', 500n, '500ns'],
    ['90s', 90_000_000_000n, '1m30s'],
    ['-2h', -7_200_000_000_000n, '-2h0m0s'],
    ['1500ns', 1500n, '1.5µs'],
  ])('%s', (text, nanoseconds, formatted) => {
    expect(parseDuration(text)).toBe(nanoseconds);
    expect(formatDuration(nanoseconds)).toBe(formatted);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: missing unit in duration "5"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['.s', 'time: invalid duration ".s"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
  ])('refuses %j', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });
});

describe('paths', () => {
  it.each([
    ['', '.'],
    ['a//b/./c/..', 'a/b'],
    ['/../a', '/a'],
    ['../../a', '../../a'],
    ['a/../..', '..'],
    ['/', '/'],
  ])('cleans %j', (path, cleaned) => {
    expect(cleanPath(path)).toBe(cleaned);
  });

  it('joins and takes the last part', () => {
    expect(joinPath('/a', '', '../b')).toBe('/b');
    expect(joinPath('', '')).toBe('');
    expect(['/a/b', 'a/', '/', ''].map(basename)).toEqual(['b', 'a', '/', '.']);
  });
});

// Expected values: docker/go-units, size_test.go.
describe('parseByteSize', () => {
  it.each([
    ['32', 32],
    ['32b', 32],
    ['32k', 32_768],
    ['32KiB', 32_768],
    ['1.5m', 1_572_864],
    ['32 mb', 33_554_432],
    ['2g', 2_147_483_648],
    ['', undefined],
    ['-32', undefined],
    ['32kk', undefined],
    ['k', undefined],
  ])('%j', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });
});

describe('trimSpace', () => {
  it('knows the blanks of Go, not those of JavaScript', () => {
    expect(trimSpace('\u0085\u3000 a \v\f')).toBe('a');
    expect(trimSpace('\ufeffa')).toBe('\ufeffa');
  });
});

// Expected values: buildkit, util/suggest.
describe('suggest', () => {
  it.each([
    ['FORM', ['FROM', 'RUN'], 'FROM'],
    ['from', ['FROM'], undefined],
    ['xyz', ['FROM'], undefined],
    ['fooo', ['FOO'], 'foo'],
  ])('%s among %j', (word, options, option) => {
    expect(suggest(word, options, false)).toBe(option);
  });

  it('minds the case when told to', () => {
    expect(withSuggestion('no', 'FO', ['fo'])).toBe('no (did you mean fo?)');
    expect(withSuggestion('no', 'abcd', ['fo'])).toBe('no');
  });
});
