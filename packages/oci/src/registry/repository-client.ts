import { type Digest, digestOf, isDigest } from '@boxer/foundation';
import * as z from 'zod';
import { DigestMismatchError, ImageNotFoundError, RegistryAuthError, RegistryError } from '../errors.ts';
import { MANIFEST_LIMIT_BYTES } from '../image.ts';
import { indexTypes, manifestTypes, mediaTypes } from '../manifest/media-types.ts';
import type { Descriptor } from '../manifest/schemas.ts';
import type { ServedManifest } from '../source/image-source.ts';
import { Authorizer } from './authorizer.ts';
import type { CredentialProvider } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import {
  type HttpOptions,
  type HttpRequest,
  readBody,
  readSmallBody,
  send,
  withRetries,
} from './http-client.ts';

const ACCEPT = [...manifestTypes, ...indexTypes].join(', ');
const ERROR_LIMIT_BYTES = 64 * 1024;
const errorSchema = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })).min(1),
});

/**
 * Reads and writes one repository at one endpoint.
 *
 * @source OCI distribution-spec v1.1.0, "Pull" and "Push"
 */
export class RepositoryClient {
  readonly endpoint: Endpoint;
  readonly #options: HttpOptions;
  readonly #authorizer: Authorizer;

  constructor(endpoint: Endpoint, credentials: CredentialProvider, options: HttpOptions) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#authorizer = new Authorizer(endpoint, credentials, options);
  }

  /**
   * @param name - tag or digest
   * @throws {@link ImageNotFoundError} when there is none
   */
  async manifest(name: string, signal?: AbortSignal): Promise<ServedManifest> {
    const what = `manifest ${name} of ${this.endpoint.registry}/${this.endpoint.repository}`;
    return withRetries(`read ${what}`, this.#options, signal, async () => {
      const response = await this.#get(`manifests/${name}`, { accept: ACCEPT }, signal);
      if (!response.ok) throw await this.#failure(what, response, signal);
      const bytes = await readSmallBody(response, MANIFEST_LIMIT_BYTES, this.#options.timeoutMs, signal);
      const digest = digestOf(bytes);
      const promised = isDigest(name) ? name : promisedDigest(response);
      if (promised !== undefined && promised !== digest) throw new DigestMismatchError(promised, digest);
      const mediaType = response.headers.get('content-type') ?? mediaTypes.ociManifest;
      return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes };
    });
  }

  /**
   * Streams a blob from `offset` on. When the server ignores that, what is not wanted is skipped.
   *
   * @throws {@link TransientError} when another attempt may help: no retries are made here
   */
  async *blob(
    { digest }: Descriptor,
    offset: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void> {
    const what = `blob ${digest} of ${this.endpoint.registry}/${this.endpoint.repository}`;
    const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await this.#get(`blobs/${digest}`, { ...range, 'accept-encoding': 'identity' }, signal);
    if (!response.ok) throw await this.#failure(what, response, signal);
    let skip = offset - (response.status === 206 ? rangeStart(what, response) : 0);
    if (skip < 0) throw new RegistryError(`read ${what}`, 'the server leaves out a part of it');
    for await (const chunk of readBody(response, this.#options.timeoutMs, signal)) {
      if (chunk.byteLength > skip) yield chunk.subarray(skip);
      skip = Math.max(skip - chunk.byteLength, 0);
    }
  }

  /**
   * Stores a blob, unless it is there.
   *
   * @source OCI distribution-spec v1.1.0, "Pushing a blob monolithically": POST then PUT
   */
  async pushBlob({ digest }: Descriptor, body: Blob, signal?: AbortSignal): Promise<void> {
    const what = `blob ${digest} of ${this.endpoint.registry}/${this.endpoint.repository}`;
    await withRetries(`write ${what}`, this.#options, signal, async () => {
      const known = await this.#send(
        { url: this.#url(`blobs/${digest}`), headers: {}, method: 'HEAD' },
        signal,
      );
      await known.body?.cancel();
      if (known.ok) return;
      const begin = { url: this.#url('blobs/uploads/'), headers: {}, method: 'POST' } as const;
      const begun = await this.#send(begin, signal);
      const location = begun.headers.get('location');
      if (!begun.ok || location === null) throw await this.#failure(what, begun, signal, 'write');
      await begun.body?.cancel();
      const url = new URL(location, begin.url);
      url.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      const written = await this.#send({ url, headers, method: 'PUT', body }, signal);
      if (!written.ok) throw await this.#failure(what, written, signal, 'write');
      await written.body?.cancel();
    });
  }

  /** Stores a manifest under a tag. */
  async pushManifest(
    tag: string,
    mediaType: string,
    bytes: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ): Promise<void> {
    const what = `manifest ${tag} of ${this.endpoint.registry}/${this.endpoint.repository}`;
    await withRetries(`write ${what}`, this.#options, signal, async () => {
      const headers = { 'content-type': mediaType };
      const url = this.#url(`manifests/${tag}`);
      const written = await this.#send({ url, headers, method: 'PUT', body: new Blob([bytes]) }, signal);
      if (!written.ok) throw await this.#failure(what, written, signal, 'write');
      await written.body?.cancel();
    });
  }

  #get(path: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    return this.#send({ url: this.#url(path), headers }, signal);
  }

  #url(path: string): URL {
    return new URL(`${this.endpoint.origin}/v2/${this.endpoint.repository}/${path}`);
  }

  /** Sends a request, and once more when the registry wants another authorization. */
  async #send(request: HttpRequest, signal?: AbortSignal): Promise<Response> {
    const attempt = (): Promise<Response> => {
      const authorization = this.#authorizer.header;
      // An upload may go on elsewhere: credentials are for the registry alone.
      const isOwn = request.url.origin === this.endpoint.origin;
      const headers =
        authorization === undefined || !isOwn ? request.headers : { ...request.headers, authorization };
      return send({ ...request, headers }, this.#options, signal);
    };
    const first = await attempt();
    if (first.status !== 401) return first;
    await first.body?.cancel();
    await this.#authorizer.answer(first, signal);
    return attempt();
  }

  async #failure(
    what: string,
    response: Response,
    signal?: AbortSignal,
    doing: 'read' | 'write' = 'read',
  ): Promise<Error> {
    const why = await describeFailure(response, this.#options.timeoutMs, signal);
    switch (response.status) {
      case 401:
      case 403:
        return new RegistryAuthError(this.endpoint.registry, `access to ${what} is denied (${why})`);
      case 404:
        return new ImageNotFoundError(what, why);
      default:
        return new RegistryError(`${doing} ${what}`, why, response.status);
    }
  }
}

function promisedDigest(response: Response): Digest | undefined {
  const header = response.headers.get('docker-content-digest');
  return header !== null && isDigest(header) ? header : undefined;
}

function rangeStart(what: string, response: Response): number {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  if (match === null)
    throw new RegistryError(`read ${what}`, 'the server sends a range without saying which');
  return Number(match[1]);
}

/** @source OCI distribution-spec v1.1.0, "Error Codes" */
async function describeFailure(response: Response, timeoutMs: number, signal?: AbortSignal): Promise<string> {
  const status = `status ${response.status}`;
  try {
    const body = await readSmallBody(response, ERROR_LIMIT_BYTES, timeoutMs, signal);
    const { errors } = errorSchema.parse(JSON.parse(body.toString('utf8')));
    const [error] = errors;
    return `${status}, ${error?.code ?? ''}${error?.message ? `: ${error.message.slice(0, 200)}` : ''}`;
  } catch {
    signal?.throwIfAborted();
    return status;
  }
}
