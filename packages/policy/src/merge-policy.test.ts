import {
  allowsChange,
  allowsConnect,
  allowsMount,
  allowsVariable,
  assertSupported,
  defaultPolicy,
  grantedVariables,
  mergePolicy,
  type Policy,
  resolveHostPaths,
} from './index.ts';

const policy: Policy = {
  ...defaultPolicy,
  filesystem: [
    { host: '/srv/a', guest: '/a', mode: 'ro' },
    { host: '/srv/b', guest: '/a/b', mode: 'rw' },
  ],
  environment: ['HOME', 'MODE=policy'],
  fuel: 100,
  tmpfs: ['/tmp'],
};

describe('mergePolicy', () => {
  it('keeps the policy when no flag is given', () => expect(mergePolicy(policy, {})).toEqual(policy));

  it('adds grants, replaces those of the same name, and replaces budgets', () => {
    const merged = mergePolicy(policy, {
      mounts: [{ host: '/x', guest: '/a', mode: 'rw' }],
      environment: ['MODE=flag', 'EXTRA'],
      memoryMiB: 64,
      tmpfs: ['/run'],
      readonly: true,
    });
    expect(merged.filesystem).toEqual([policy.filesystem[1], { host: '/x', guest: '/a', mode: 'rw' }]);
    expect(merged.environment).toEqual(['HOME', 'MODE=flag', 'EXTRA']);
    expect(merged).toMatchObject({ memoryMiB: 64, fuel: 100, tmpfs: ['/tmp', '/run'], readonly: true });
  });

  it('lets the last of two flags about one place win', () => {
    const mounts = ['/x', '/y'].map((host) => ({ host, guest: '/m', mode: 'rw' as const }));
    expect(mergePolicy(defaultPolicy, { mounts }).filesystem).toEqual([mounts[1]]);
  });
});

describe('decisions', () => {
  it.each([
    [{ host: '/srv/a', guest: '/a', mode: 'ro' } as const, true],
    [{ host: '/srv/a', guest: '/a', mode: 'rw' } as const, false],
    [{ host: '/srv', guest: '/a', mode: 'ro' } as const, false],
    [{ host: '/srv/a', guest: '/c', mode: 'ro' } as const, false],
  ])('mount %j: %s', (mount, allowed) => expect(allowsMount(policy, mount).allowed).toBe(allowed));

  it.each([
    ['/a/x', false],
    ['/a/b', true],
    ['/a/b/c', true],
    ['/a/bc', false],
    ['/etc', false],
  ])('change of %s: %s', (path, allowed) => expect(allowsChange(policy, path).allowed).toBe(allowed));

  it('grants only the variables listed, and no inherited property', () => {
    const host = { HOME: '/root', SECRET: 's', MODE: 'host' };
    expect(grantedVariables(policy, host)).toEqual([
      { name: 'HOME', value: '/root', fromHost: true },
      { name: 'MODE', value: 'policy', fromHost: false },
    ]);
    expect(grantedVariables({ ...policy, environment: ['toString', 'ABSENT'] }, host)).toEqual([]);
    expect(allowsVariable(policy, 'SECRET').allowed).toBe(false);
    expect(allowsVariable(policy, 'MODE').allowed).toBe(false);
  });

  it('refuses connections, and policies that ask for them', () => {
    expect(allowsConnect(policy, 'example.com', 443).allowed).toBe(false);
    expect(() => assertSupported({ ...policy, connect: ['example.com:443'] })).toThrow('example.com:443');
    expect(() => assertSupported(policy)).not.toThrow();
  });
});

describe('resolveHostPaths', () => {
  it('starts relative directories at the folder of the policy file', () => {
    const relative = {
      ...policy,
      filesystem: [{ host: './d', guest: '/d', mode: 'ro' as const }, ...policy.filesystem],
    };
    expect(resolveHostPaths(relative, '/home/u').filesystem.map(({ host }) => host)).toEqual([
      '/home/u/d',
      '/srv/a',
      '/srv/b',
    ]);
  });
});
