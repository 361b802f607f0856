import { parseCacheFrom, parseCacheTo } from './parse-cache.ts';

/** Expectations: docs.docker.com/build/cache/backends/local and /registry. */
describe('--cache-to and --cache-from', () => {
  it.each([
    ['type=local,src=dir', { type: 'local', directory: 'dir', tag: undefined }],
    ['type=local,src=dir,tag=x', { type: 'local', directory: 'dir', tag: 'x' }],
    ['type=registry,ref=host/a:b', { type: 'registry', reference: 'host/a:b' }],
    ['host/a:b', { type: 'registry', reference: 'host/a:b' }],
  ])('from %s', (text, expected) => {
    expect(parseCacheFrom(text)).toEqual(expected);
  });

  it.each([
    ['type=local,dest=dir', { type: 'local', directory: 'dir', tag: 'latest', mode: 'min' }],
    [
      'type=registry,ref=host/a,mode=max,ignore-error=true',
      { type: 'registry', reference: 'host/a', mode: 'max', ignoreError: true },
    ],
  ])('to %s', (text, expected) => {
    expect(parseCacheTo(text)).toMatchObject(expected);
  });

  it.each([
    ['type=local', 'dest=DIR is missing'],
    ['type=registry', 'ref=HOST/NAME:TAG is missing'],
    ['type=s3,bucket=x', 'local or registry, not s3'],
    ['type=local,dest=dir,mode=most', 'min or max'],
    ['type=local,dest=dir,compression=zstd', 'unknown key compression'],
    ['dest=dir', 'local or registry'],
  ])('refuse %s', (text, message) => {
    expect(() => parseCacheTo(text)).toThrow(message);
  });
});
