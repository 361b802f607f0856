import { InvalidReferenceError } from '../errors.ts';
import { formatFamiliarReference, formatReference, parseReference } from './reference.ts';

const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const digest = `sha256:${hex}`;

describe('parseReference', () => {
  // Oracle: github.com/distribution/reference v0.6.0, normalize_test.go (TestParseReferenceWithTagAndDigest,
  // TestParseRepositoryInfo, TestValidateReferenceName) after TagNameOnly.
  it.each([
    ['debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['debian:12', 'docker.io/library/debian:12', 'debian:12'],
    ['library/debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['fooo/bar', 'docker.io/fooo/bar:latest', 'fooo/bar:latest'],
    ['docker.io/fooo/bar', 'docker.io/fooo/bar:latest', 'fooo/bar:latest'],
    ['index.docker.io/debian', 'docker.io/library/debian:latest', 'debian:latest'],
    ['docker.io/library/foo/bar', 'docker.io/library/foo/bar:latest', 'library/foo/bar:latest'],
    [
      '127.0.0.1:8000/private/moonbase',
      '127.0.0.1:8000/private/moonbase:latest',
      '127.0.0.1:8000/private/moonbase:latest',
    ],
    ['localhost/privatebase', 'localhost/privatebase:latest', 'localhost/privatebase:latest'],
    ['localhost:8000/privatebase:v2', 'localhost:8000/privatebase:v2', 'localhost:8000/privatebase:v2'],
    ['Foo/bar', 'Foo/bar:latest', 'Foo/bar:latest'],
    [
      'example.com/private/moonbase',
      'example.com/private/moonbase:latest',
      'example.com/private/moonbase:latest',
    ],
    ['[2001:db8::1]:5000/repo', '[2001:db8::1]:5000/repo:latest', '[2001:db8::1]:5000/repo:latest'],
    ['xn--n3h.com/myimage', 'xn--n3h.com/myimage:latest', 'xn--n3h.com/myimage:latest'],
    ['docker/docker__x--y.z', 'docker.io/docker/docker__x--y.z:latest', 'docker/docker__x--y.z:latest'],
    [`debian@${digest}`, `docker.io/library/debian@${digest}`, `debian@${digest}`],
    [`debian:12@${digest}`, `docker.io/library/debian:12@${digest}`, `debian:12@${digest}`],
  ])('%s is %s, or %s for short', (text, complete, familiar) => {
    const reference = parseReference(text);
    expect(formatReference(reference)).toBe(complete);
    expect(formatFamiliarReference(reference)).toBe(familiar);
    expect(parseReference(familiar)).toEqual(reference);
  });

  it.each([
    '',
    ':tag',
    'Uppercase',
    'library/Uppercase',
    'https://github.com/docker/docker',
    'docker/Docker',
    '-docker',
    '-docker/docker',
    '-docker.io/docker/docker',
    'docker///docker',
    'docker.io/docker/Docker',
    'docker.io/docker///docker',
    'docker..docker',
    'docker/___x',
    'debian:',
    'debian:-x',
    `debian:${'x'.repeat(129)}`,
    'debian tag',
    hex,
    `debian@${digest}0`,
    'debian@sha256:short',
    `debian@sha512:${hex}${hex}`,
    `${'a'.repeat(250)}`,
    'debian@',
    '../../etc/passwd',
    'example.com:port/x',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(InvalidReferenceError);
  });
});
