import { parseReference } from '../reference/reference.ts';
import { endpointsOf, requireSecure } from './endpoint.ts';

describe('endpointsOf', () => {
  // Oracle: Docker talks to registry-1.docker.io for docker.io, and in plain HTTP to loopback hosts only.
  it.each([
    ['debian', undefined, ['https://registry-1.docker.io library/debian']],
    ['ghcr.io/a/b', undefined, ['https://ghcr.io a/b']],
    ['localhost:5000/a', undefined, ['http://localhost:5000 a']],
    ['127.1.2.3:5000/a', undefined, ['http://127.1.2.3:5000 a']],
    ['[::1]:5000/a', undefined, ['http://[::1]:5000 a']],
    ['127.0.0.1.example.com/a', undefined, ['https://127.0.0.1.example.com a']],
    ['10.0.0.1:5000/a', undefined, ['https://10.0.0.1:5000 a']],
    [
      'debian',
      '127.0.0.1:5001',
      ['http://127.0.0.1:5001 library/debian', 'https://registry-1.docker.io library/debian'],
    ],
    [
      'debian',
      'https://m.example/p/',
      ['https://m.example p/library/debian', 'https://registry-1.docker.io library/debian'],
    ],
    ['ghcr.io/a/b', '127.0.0.1:5001', ['https://ghcr.io a/b']],
  ])('%s with mirror %s', (reference, mirror, expected) => {
    const endpoints = endpointsOf(parseReference(reference), mirror);
    expect(endpoints.map(({ origin, repository }) => `${origin} ${repository}`)).toEqual(expected);
  });

  it.each([
    'http://example.com/',
    'http://10.0.0.1/',
    'http://localhost.example.com/',
    'ftp://localhost/',
    'file:///etc/passwd',
  ])('nothing is sent to %s', (url) => {
    expect(() => requireSecure(new URL(url))).toThrow(/loopback/);
  });
});
