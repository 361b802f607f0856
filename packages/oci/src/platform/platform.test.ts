import { formatPlatform, platformsMatch } from './platform.ts';

describe('platforms', () => {
  // Oracle: containerd/platforms, platforms_test.go and database.go.
  it.each([
    ['linux', 'arm64', undefined, 'linux/arm64'],
    ['linux', 'arm64', 'v8', 'linux/arm64'],
    ['linux', 'arm64', '8', 'linux/arm64'],
    ['linux', 'arm64', 'v9', 'linux/arm64/v9'],
    ['linux', 'aarch64', undefined, 'linux/arm64'],
    ['Linux', 'x86_64', undefined, 'linux/amd64'],
    ['linux', 'amd64', 'v1', 'linux/amd64'],
    ['linux', 'amd64', 'v2', 'linux/amd64/v2'],
    ['linux', 'arm', undefined, 'linux/arm/v7'],
    ['linux', 'arm', '6', 'linux/arm/v6'],
    ['linux', 'armhf', undefined, 'linux/arm/v7'],
    ['linux', 'armel', undefined, 'linux/arm/v6'],
    ['linux', 'i386', undefined, 'linux/386'],
    ['macOS', 'aarch64', undefined, 'darwin/arm64'],
  ])('%s, %s, %s is %s', (os, architecture, variant, expected) => {
    expect(formatPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) })).toBe(
      expected,
    );
  });

  it('match when they are the same by another name', () => {
    const arm64 = { os: 'linux', architecture: 'arm64' };
    expect(platformsMatch(arm64, { os: 'linux', architecture: 'aarch64', variant: 'v8' })).toBe(true);
    expect(platformsMatch(arm64, { os: 'linux', architecture: 'arm', variant: 'v8' })).toBe(false);
    expect(platformsMatch(arm64, { os: 'windows', architecture: 'arm64' })).toBe(false);
  });
});
