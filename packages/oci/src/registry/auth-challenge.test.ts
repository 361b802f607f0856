import { parseAuthChallenges } from './auth-challenge.ts';

describe('parseAuthChallenges', () => {
  // Oracle: RFC 9110, section 11.6.1 (its example is the third), and what Docker Hub sends.
  it.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/debian:pull"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/debian:pull',
          },
        },
      ],
    ],
    ['Basic realm=simple', [{ scheme: 'basic', parameters: { realm: 'simple' } }]],
    [
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        { scheme: 'basic', parameters: { realm: 'simple' } },
        { scheme: 'newauth', parameters: { realm: 'apps', type: '1', title: 'Login to "apps"' } },
      ],
    ],
    [
      'Negotiate, Basic realm="x"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'x' } },
      ],
    ],
    ['BEARER Realm = "a,b" , Scope=c', [{ scheme: 'bearer', parameters: { realm: 'a,b', scope: 'c' } }]],
    ['', []],
    ['"', []],
    [
      'Bearer realm="never ends',
      [
        { scheme: 'bearer', parameters: {} },
        { scheme: 'realm', parameters: {} },
      ].slice(0, 1),
    ],
  ])('%s', (header, expected) => {
    expect(parseAuthChallenges(header)).toEqual(expected);
  });

  it('does not take long over hostile headers', () => {
    const start = performance.now();
    parseAuthChallenges(`Bearer ${'a="'.repeat(20_000)}`);
    parseAuthChallenges(`Bearer ${'a'.repeat(60_000)}`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
