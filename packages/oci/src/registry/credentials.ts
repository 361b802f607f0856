import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { isErrno } from '@boxer/foundation';
import { CredentialsError } from '../errors.ts';
import { DEFAULT_REGISTRY } from '../reference/reference.ts';

/** How to log in to a registry. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A token of OAuth 2 that buys access tokens. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** Finds credentials for a registry, or none. */
export type CredentialProvider = (registry: string) => Promise<Credentials | undefined>;

/** The key under which Docker keeps the credentials of its own registry. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_TIMEOUT_MS = 30_000;
const HELPER_OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** User name that marks the secret as an identity token. @source docker/cli, cli/config/credentials/native_store.go */
const TOKEN_USERNAME = '<token>';
/** @source docker/docker-credential-helpers, credentials/error.go */
const NOT_FOUND = 'credentials not found in native keychain';

const configSchema = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().nullish(),
        username: z.string().nullish(),
        password: z.string().nullish(),
        identitytoken: z.string().nullish(),
      }),
    )
    .nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
});
type DockerConfig = z.output<typeof configSchema>;

const helperSchema = z.object({ Username: z.string(), Secret: z.string() });

/**
 * Finds credentials as Docker does: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, and the helpers that it
 * names (`docker-credential-NAME get`), which come first.
 *
 * @throws {@link CredentialsError} when the file or a helper is broken; a missing file means no credentials
 * @source docker/cli, cli/config
 */
export function dockerCredentials(environment: NodeJS.ProcessEnv = process.env): CredentialProvider {
  const directory = environment['DOCKER_CONFIG'];
  const path = join(
    directory === undefined || directory === '' ? join(homedir(), '.docker') : directory,
    'config.json',
  );
  let config: Promise<DockerConfig | undefined> | undefined;
  return async (registry) => {
    config ??= readConfig(path);
    const loaded = await config;
    if (loaded === undefined) return undefined;
    const key = registry === DEFAULT_REGISTRY ? DOCKER_HUB_KEY : registry;
    const helper = loaded.credHelpers?.[registry] ?? loaded.credHelpers?.[key] ?? loaded.credsStore;
    const helped =
      helper === null || helper === undefined || helper === ''
        ? undefined
        : await askHelper(helper, key, environment);
    return helped ?? fromFile(path, loaded, registry);
  };
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw new CredentialsError(path, 'the file cannot be read', { cause: error });
  });
  if (text === undefined) return undefined;
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    // No cause: it could quote secrets.
    throw new CredentialsError(path, 'the file is malformed');
  }
}

function fromFile(path: string, config: DockerConfig, registry: string): Credentials | undefined {
  const entry = Object.entries(config.auths ?? {}).find(([key]) => registryOfKey(key) === registry)?.[1];
  if (entry === undefined) return undefined;
  if (entry.identitytoken) return { kind: 'identity-token', token: entry.identitytoken };
  if (entry.auth) return decodeAuth(path, registry, entry.auth);
  if (entry.username) return { kind: 'password', username: entry.username, password: entry.password ?? '' };
  return undefined;
}

/** Keys are host names, or URLs in files of old versions. @source docker/cli, ConvertToHostname */
function registryOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? DEFAULT_REGISTRY : host;
}

function decodeAuth(path: string, registry: string, auth: string): Credentials {
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon < 1) throw new CredentialsError(path, `the entry for ${registry} is malformed`);
  return { kind: 'password', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

async function askHelper(
  name: string,
  key: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) throw new CredentialsError(program, 'this is not the name of a program');
  const { status, stdout } = await run(program, key, environment);
  if (status !== 0) {
    if (stdout.trim() === NOT_FOUND) return undefined;
    throw new CredentialsError(program, `it ended with status ${status}`);
  }
  try {
    const { Username, Secret } = helperSchema.parse(JSON.parse(stdout));
    if (Username === TOKEN_USERNAME) return { kind: 'identity-token', token: Secret };
    return { kind: 'password', username: Username, password: Secret };
  } catch {
    throw new CredentialsError(program, 'its answer is malformed');
  }
}

/** @source docker/docker-credential-helpers: the server's name on standard input, JSON on standard output */
function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Not `timeout`: its timer outlives a program that cannot be started, and keeps the process alive.
      signal: AbortSignal.timeout(HELPER_TIMEOUT_MS),
      env,
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > HELPER_OUTPUT_LIMIT_BYTES) child.kill();
    });
    child.on('error', (cause) => {
      const why = cause.name === 'AbortError' ? 'it does not answer' : 'it cannot be started';
      reject(new CredentialsError(program, why, { cause }));
    });
    child.on('close', (status) => resolve({ status, stdout }));
    // A helper may end without reading: that is no matter.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
