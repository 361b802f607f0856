import {
  parseDuration,
  parseEnvFile,
  parseFuel,
  parseMemory,
  parseMount,
  parseSize,
  parseVariable,
  PolicyFlagError,
} from './index.ts';

describe('-v', () => {
  // Oracle: docker run -v (docs.docker.com, "Volumes", short syntax): without a mode a mount is writable.
  it.each([
    ['data:/data', { host: 'data', guest: '/data', mode: 'rw' }],
    ['/a/b:/data:ro', { host: '/a/b', guest: '/data', mode: 'ro' }],
    ['./x:/data/:rw', { host: './x', guest: '/data', mode: 'rw' }],
    ['C:\\x:/data', { host: 'C:\\x', guest: '/data', mode: 'rw' }],
  ])('reads %s', (text, mount) => expect(parseMount(text)).toEqual(mount));

  it.each(['', 'data', ':/data', 'data:data', 'a:/', 'a:/b/../c', 'a:/b:rx', '/data:ro', 'a:/b:ro:rw'])(
    'refuses %j',
    (text) => expect(() => parseMount(text)).toThrow(PolicyFlagError),
  );
});

describe('sizes', () => {
  // Oracle: `docker run --memory` units (docker/go-units RAMInBytes): b, k, m, g are binary.
  it.each([
    ['1073741824', 1073741824],
    ['512m', 536870912],
    ['512M', 536870912],
    ['1.5g', 1610612736],
    ['64kb', 65536],
    ['1MiB', 1048576],
    ['7b', 7],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'm', '-1m', '1t', '1e3', '0x10', '1 m m', '99999999999g'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(PolicyFlagError);
  });

  it('rounds memory down to whole MiB', () => expect(parseMemory('100000k')).toBe(97));
  it.each(['1m', '5g'])('refuses %s of memory', (text) =>
    expect(() => parseMemory(text)).toThrow(PolicyFlagError),
  );
});

describe('durations', () => {
  it.each([
    ['30s', 30000],
    ['500ms', 500],
    ['1h30m', 5400000],
    ['1.5m', 90000],
    ['10', 10000],
    ['0.2ms', 1],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', 's', '0', '0s', '-1s', '1d', '1s 2s', '1000h'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(PolicyFlagError);
  });
});

describe('fuel', () => {
  it.each([
    ['1', 1],
    ['500k', 500_000],
    ['2g', 2_000_000_000],
    ['1_000_000', 1_000_000],
  ])('reads %s', (text, fuel) => expect(parseFuel(text)).toBe(fuel));
  it.each(['', '0', '-5', '1.5', '1_', '99999999999999999999'])('refuses %j', (text) => {
    expect(() => parseFuel(text)).toThrow(PolicyFlagError);
  });
});

describe('variables', () => {
  it.each(['A', 'A=', 'A=b=c', 'A= b'])('reads %j', (text) => expect(parseVariable(text)).toBe(text));
  it.each(['', '=b', 'A B=c', 'A=\0'])('refuses %j', (text) => {
    expect(() => parseVariable(text)).toThrow(PolicyFlagError);
  });

  it('does not repeat the value of a refused variable, which may be a secret', () => {
    expect(() => parseVariable('A B=hunter2')).toThrow(/^(?!.*hunter2)/);
  });

  // Oracle: docker run --env-file (docker/cli, opts/file.go).
  it('reads an environment file line by line', () => {
    expect(parseEnvFile('\uFEFF# c\nA=1\r\n\n  B="q"\nC\nD=x # y\n', 'e')).toEqual([
      'A=1',
      'B="q"',
      'C',
      'D=x # y',
    ]);
    expect(() => parseEnvFile('A=1\n=2\n', 'my.env')).toThrow('my.env:2:1');
  });
});
