import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '@boxer/foundation';
import type { Image } from '../image.ts';

/** What a request may be answered with instead of what the registry would say. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface RegistryServerOptions {
  /** How clients must authenticate; default: not at all. */
  readonly auth?: 'basic' | 'token';
  readonly username?: string;
  readonly password?: string;
  /** Sees each request first; answers it and returns true, or returns false. */
  readonly intercept?: Interception;
}

interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * A registry in this process, on a loopback port, for tests: pull only.
 *
 * @source OCI distribution-spec v1.1.0; distribution docs/spec/auth/token.md
 */
export class RegistryServer implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #options: RegistryServerOptions;
  readonly #manifests = new Map<string, StoredManifest>();
  readonly #blobs = new Map<string, Uint8Array>();
  /** Requests so far: method and path. */
  readonly requests: string[] = [];

  private constructor(options: RegistryServerOptions) {
    this.#options = options;
  }

  static async start(options: RegistryServerOptions = {}): Promise<RegistryServer> {
    const registry = new RegistryServer(options);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** `127.0.0.1:PORT`: the registry part of references. */
  get host(): string {
    const address = this.#server.address() as AddressInfo;
    return `127.0.0.1:${address.port}`;
  }

  /** Serves an image under a tag. */
  async add(repository: string, tag: string, image: Image): Promise<void> {
    this.addManifest(repository, tag, image.descriptor.mediaType, image.manifestBytes);
    this.#blobs.set(image.manifest.config.digest, image.configBytes);
    for (const layer of image.layers) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of layer.stored()) chunks.push(chunk);
      this.#blobs.set(layer.digest, Buffer.concat(chunks));
    }
  }

  /** Serves any bytes as a manifest, under a tag and their digest. */
  addManifest(repository: string, tag: string, mediaType: string, bytes: Uint8Array): void {
    for (const name of [tag, digestOf(bytes)])
      this.#manifests.set(`${repository}/manifests/${name}`, { mediaType, bytes });
  }

  /** Serves any bytes as a blob of that digest, right or wrong. */
  setBlob(digest: string, bytes: Uint8Array): void {
    this.#blobs.set(digest, bytes);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    this.requests.push(`${request.method ?? ''} ${url.pathname}`);
    if ((await this.#options.intercept?.(request, response)) === true) return;
    if (url.pathname === '/token') this.#serveToken(request, response, url);
    else if (!this.#isAuthorized(request)) this.#challenge(response);
    else if (url.pathname === '/v2/') reply(response, 200, '{}');
    else if (url.pathname.includes('/manifests/')) this.#serveManifest(response, url);
    else this.#serveBlob(request, response, url);
  }

  #serveManifest(response: ServerResponse, url: URL): void {
    const manifest = this.#manifests.get(url.pathname.slice('/v2/'.length));
    if (manifest === undefined) {
      reply(
        response,
        404,
        JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }),
      );
      return;
    }
    response.setHeader('content-type', manifest.mediaType);
    response.setHeader('docker-content-digest', digestOf(manifest.bytes));
    reply(response, 200, manifest.bytes);
  }

  #serveBlob(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const blob = this.#blobs.get(url.pathname.split('/').at(-1) ?? '');
    if (blob === undefined) {
      reply(response, 404, JSON.stringify({ errors: [{ code: 'BLOB_UNKNOWN', message: 'blob unknown' }] }));
      return;
    }
    const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    if (start === undefined) {
      reply(response, 200, blob);
      return;
    }
    response.setHeader('content-range', `bytes ${start}-${blob.byteLength - 1}/${blob.byteLength}`);
    reply(response, 206, blob.subarray(Number(start)));
  }

  #isAuthorized({ headers }: IncomingMessage): boolean {
    if (this.#options.auth === undefined) return true;
    return headers.authorization === (this.#options.auth === 'basic' ? this.#basic : `Bearer ${this.#token}`);
  }

  #challenge(response: ServerResponse): void {
    const bearer = `Bearer realm="http://${this.host}/token",service="test, registry",scope="repository:x:pull"`;
    response.setHeader('www-authenticate', this.#options.auth === 'basic' ? 'Basic realm="test"' : bearer);
    reply(response, 401, JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'log in' }] }));
  }

  #serveToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const isWanted = this.#options.password !== undefined && request.headers.authorization !== this.#basic;
    if (isWanted || url.searchParams.get('service') !== 'test, registry') reply(response, 401, '{}');
    else reply(response, 200, JSON.stringify({ token: this.#token }));
  }

  get #basic(): string {
    const { username = '', password = '' } = this.#options;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  get #token(): string {
    return `token-of-${this.#options.username ?? 'anyone'}`;
  }
}

function reply(response: ServerResponse, status: number, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
