import * as z from 'zod';
import { RegistryAuthError } from '../errors.ts';
import { type AuthChallenge, parseAuthChallenges } from './auth-challenge.ts';
import type { CredentialProvider, Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { type HttpOptions, printableUrl, readSmallBody, send } from './http-client.ts';

const TOKEN_LIMIT_BYTES = 1024 * 1024;
const CLIENT_ID = 'boxer';
const tokenSchema = z.object({ token: z.string().nullish(), access_token: z.string().nullish() });

/**
 * Answers a registry's challenges with an `Authorization` header: a bearer token fetched from the place that the
 * challenge names, or the credentials themselves for basic authentication.
 *
 * @source distribution docs/spec/auth/token.md and oauth.md; RFC 7617
 */
export class Authorizer {
  readonly #endpoint: Endpoint;
  readonly #credentials: CredentialProvider;
  readonly #options: HttpOptions;
  #header: string | undefined;

  constructor(endpoint: Endpoint, credentials: CredentialProvider, options: HttpOptions) {
    this.#endpoint = endpoint;
    this.#credentials = credentials;
    this.#options = options;
  }

  /** Header to send along, once a challenge was answered. */
  get header(): string | undefined {
    return this.#header;
  }

  /** @throws {@link RegistryAuthError} when the challenge cannot be met */
  async answer(response: Response, signal?: AbortSignal): Promise<void> {
    const challenges = parseAuthChallenges(response.headers.get('www-authenticate') ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const credentials = await this.#credentials(this.#endpoint.registry);
    if (bearer !== undefined) {
      this.#header = `Bearer ${await this.#fetchToken(bearer, credentials, signal)}`;
    } else if (!challenges.some(({ scheme }) => scheme === 'basic')) {
      throw this.#refused('it offers no way of authentication that Boxer knows');
    } else if (credentials?.kind !== 'password') {
      throw this.#refused('it wants a user name and password');
    } else {
      this.#header = basicHeader(credentials);
    }
  }

  async #fetchToken(
    challenge: AuthChallenge,
    credentials: Credentials | undefined,
    signal?: AbortSignal,
  ): Promise<string> {
    const {
      realm = '',
      service,
      scope = `repository:${this.#endpoint.repository}:pull`,
    } = challenge.parameters;
    if (!URL.canParse(realm)) throw this.#refused('the realm of its challenge is not a URL');
    const query = new URLSearchParams({ scope });
    if (service !== undefined) query.set('service', service);
    const response = await send(tokenRequest(new URL(realm), query, credentials), this.#options, signal);
    if (!response.ok) {
      await response.body?.cancel();
      throw this.#refused(`${printableUrl(new URL(realm))} answers with status ${response.status}`);
    }
    const body = await readSmallBody(response, TOKEN_LIMIT_BYTES, this.#options.timeoutMs, signal);
    return this.#parseToken(body);
  }

  #parseToken(body: Buffer): string {
    let token: string | null | undefined;
    try {
      const parsed = tokenSchema.parse(JSON.parse(body.toString('utf8')));
      token = parsed.token ?? parsed.access_token;
    } catch {
      // No cause: it could quote secrets.
      throw this.#refused('its token answer is malformed');
    }
    if (!token || !/^[\x21-\x7e]+$/.test(token)) throw this.#refused('its token answer holds no token');
    return token;
  }

  #refused(why: string): RegistryAuthError {
    return new RegistryAuthError(this.#endpoint.registry, why);
  }
}

function tokenRequest(
  realm: URL,
  query: URLSearchParams,
  credentials: Credentials | undefined,
): Parameters<typeof send>[0] {
  if (credentials?.kind === 'identity-token') {
    const form = new URLSearchParams(query);
    form.set('grant_type', 'refresh_token');
    form.set('refresh_token', credentials.token);
    form.set('client_id', CLIENT_ID);
    return { url: realm, headers: {}, form };
  }
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return { url, headers: credentials === undefined ? {} : { authorization: basicHeader(credentials) } };
}

function basicHeader({ username, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
