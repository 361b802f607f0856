import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CredentialsError } from '../errors.ts';
import { temporaryDirectory } from '../testing/temporary-store.ts';
import { type Credentials, dockerCredentials } from './credentials.ts';

/** Where programs are found; a directory for helpers is put in front. */
let path = process.env['PATH'] ?? '';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What is found in a Docker configuration for a registry. */
async function find(config: unknown, registry: string): Promise<Credentials | undefined> {
  using directory = temporaryDirectory();
  writeFileSync(
    join(directory.path, 'config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  );
  return await dockerCredentials({ DOCKER_CONFIG: directory.path, PATH: path })(registry);
}

describe('dockerCredentials', () => {
  const secret = { kind: 'password', username: 'user', password: 'pass:word' };
  // Oracle: docker/cli, cli/config/configfile/file.go and cli/config/credentials/file_store.go.
  it.each<[string, unknown, string, unknown]>([
    ['of a host', { auths: { 'ghcr.io': { auth: base64('user:pass:word') } } }, 'ghcr.io', secret],
    ['of a URL', { auths: { 'https://ghcr.io/v1/': { auth: base64('user:pass:word') } } }, 'ghcr.io', secret],
    [
      'of Docker Hub',
      { auths: { 'https://index.docker.io/v1/': { auth: base64('user:pass:word') } } },
      'docker.io',
      secret,
    ],
    [
      'of a port',
      { auths: { 'localhost:5000': { auth: base64('user:pass:word') } } },
      'localhost:5000',
      secret,
    ],
    [
      'with a NUL at the end',
      { auths: { 'ghcr.io': { auth: base64('user:pass:word\0') } } },
      'ghcr.io',
      secret,
    ],
    [
      'in plain text',
      { auths: { 'ghcr.io': { username: 'user', password: 'pass:word' } } },
      'ghcr.io',
      secret,
    ],
    [
      'as a token',
      { auths: { 'ghcr.io': { auth: base64('u:p'), identitytoken: 't' } } },
      'ghcr.io',
      { kind: 'identity-token', token: 't' },
    ],
    ['of another host', { auths: { 'ghcr.io': { auth: base64('u:p') } } }, 'quay.io', undefined],
    ['that are empty', { auths: { 'ghcr.io': {} } }, 'ghcr.io', undefined],
    ['in no section', {}, 'ghcr.io', undefined],
  ])('finds those %s', async (_, config, registry, expected) => {
    expect(await find(config, registry)).toEqual(expected);
  });

  it.each([
    ['{', 'ghcr.io'],
    [{ auths: { 'ghcr.io': { auth: base64('nocolon') } } }, 'ghcr.io'],
    [{ credsStore: '../../evil' }, 'ghcr.io'],
    [{ credsStore: 'is-not-installed-anywhere' }, 'ghcr.io'],
  ])('refuses the broken configuration %j', async (config, registry) => {
    await expect(find(config, registry)).rejects.toThrow(CredentialsError);
  });

  it('finds none without a configuration', async () => {
    expect(await dockerCredentials({ DOCKER_CONFIG: '/nonexistent' })('ghcr.io')).toBeUndefined();
  });
});

// Oracle: the protocol of docker/docker-credential-helpers.
describe('a credential helper', () => {
  const directory = temporaryDirectory();

  beforeAll(() => {
    const helper = join(directory.path, 'docker-credential-boxertest');
    const script = `#!/bin/sh
read server
case "$1 $server" in
  "get ghcr.io") echo '{"ServerURL":"ghcr.io","Username":"helper","Secret":"s3cret"}' ;;
  "get https://index.docker.io/v1/") echo '{"Username":"<token>","Secret":"t0ken"}' ;;
  "get broken.example") echo 'no json' ;;
  "get failing.example") echo 'boom'; exit 2 ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
`;
    writeFileSync(helper, script);
    chmodSync(helper, 0o755);
    path = `${directory.path}${delimiter}${path}`;
  });
  afterAll(() => {
    directory[Symbol.dispose]();
  });

  it.each([
    [{ credsStore: 'boxertest' }, 'ghcr.io', { kind: 'password', username: 'helper', password: 's3cret' }],
    [
      { credHelpers: { 'ghcr.io': 'boxertest' } },
      'ghcr.io',
      { kind: 'password', username: 'helper', password: 's3cret' },
    ],
    [{ credsStore: 'boxertest' }, 'docker.io', { kind: 'identity-token', token: 't0ken' }],
    [{ credsStore: 'boxertest' }, 'quay.io', undefined],
    [
      { credsStore: 'boxertest', auths: { 'quay.io': { auth: base64('file:f') } } },
      'quay.io',
      { kind: 'password', username: 'file', password: 'f' },
    ],
  ])('%j is asked for %s', async (config, registry, expected) => {
    expect(await find(config, registry)).toEqual(expected);
  });

  it.each(['broken.example', 'failing.example'])('that fails is an error: %s', async (registry) => {
    await expect(find({ credsStore: 'boxertest' }, registry)).rejects.toThrow(CredentialsError);
  });
});
