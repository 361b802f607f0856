import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@boxer/foundation';
import { RegistryError } from '../errors.ts';
import { requireSecure } from './endpoint.ts';

export interface HttpOptions {
  readonly logger: Logger;
  /** Attempts for a request that fails for reasons that may pass. */
  readonly attempts: number;
  /** Pause before the second attempt; doubles with each further one. */
  readonly retryDelayMs: number;
  /** How long to wait for an answer, and between chunks of one. */
  readonly timeoutMs: number;
}

export const defaultHttpOptions = { attempts: 5, retryDelayMs: 500, timeoutMs: 60_000 } as const;

/** A request. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: POST with a form, else GET. */
  readonly method?: 'HEAD' | 'POST' | 'PUT';
  readonly form?: URLSearchParams;
  /** Bytes that are sent; a blob may be a file. */
  readonly body?: Blob;
}

const REDIRECT_LIMIT = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const RETRY_DELAY_LIMIT_MS = 30_000;
/** An answer comes after the whole body was sent: slower connections than this are given up. */
const SLOWEST_BYTES_PER_MS = 100;

/** Failure that another attempt may not meet: a lost connection, a timeout, a busy server. */
export class TransientError extends Error {
  constructor(
    message: string,
    readonly retryAfterMs?: number,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Repeats `attempt` while it fails for reasons that may pass. */
export async function withRetries<T>(
  doing: string,
  options: HttpOptions,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (cause) {
      signal?.throwIfAborted();
      if (!(cause instanceof TransientError)) throw cause;
      if (count >= options.attempts)
        throw new RegistryError(doing, `${cause.message}, after ${count} attempts`, undefined, { cause });
      const delayMs = Math.min(
        cause.retryAfterMs ?? options.retryDelayMs * 2 ** (count - 1),
        RETRY_DELAY_LIMIT_MS,
      );
      options.logger.debug(`Retrying to ${doing} in ${delayMs} ms: ${cause.message}`);
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/**
 * Sends a request and follows redirects; the authorization header goes to the first host only.
 *
 * @throws {@link TransientError} when there is no answer, or one that says to try again
 * @throws {@link RegistryError} when the server redirects to plain HTTP, or in circles
 */
export async function send(
  request: HttpRequest,
  options: HttpOptions,
  signal?: AbortSignal,
): Promise<Response> {
  let url = request.url;
  let headers = request.headers;
  for (let redirects = 0; redirects <= REDIRECT_LIMIT; redirects++) {
    requireSecure(url);
    const response = await sendOnce({ ...request, url, headers }, options, signal);
    const location = REDIRECTS.includes(response.status) ? response.headers.get('location') : null;
    if (location === null) return rejectTransient(response);
    await response.body?.cancel();
    const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (target === undefined)
      throw new RegistryError(`read ${printableUrl(url)}`, 'it redirects to something that is no URL');
    if (target.origin !== url.origin) headers = withoutAuthorization(headers);
    url = target;
  }
  throw new RegistryError(`read ${printableUrl(request.url)}`, 'it redirects too often');
}

/**
 * Streams the body of a response.
 *
 * @throws {@link TransientError} when the connection is lost, or nothing comes for too long
 */
export async function* readBody(
  response: Response,
  timeoutMs: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const onAbort = (): void => void reader.cancel().catch(() => undefined);
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      const next = await withTimeout(reader.read(), timeoutMs);
      signal?.throwIfAborted();
      if (next.done) return;
      yield next.value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof TransientError
      ? cause
      : new TransientError('the connection was lost', undefined, { cause });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    void reader.cancel().catch(() => undefined);
  }
}

/** Reads a small body. @throws {@link RegistryError} when it is longer than `limitBytes` */
export async function readSmallBody(
  response: Response,
  limitBytes: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of readBody(response, timeoutMs, signal)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes)
      throw new RegistryError('read an answer', `it is longer than ${limitBytes} bytes`, response.status);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @returns the URL without its query, which may hold a signature */
export function printableUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

async function sendOnce(
  request: HttpRequest,
  { timeoutMs }: HttpOptions,
  signal?: AbortSignal,
): Promise<Response> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort);
  const waitMs = timeoutMs + (request.body?.size ?? 0) / SLOWEST_BYTES_PER_MS;
  const timer = setTimeout(() => controller.abort(new Error('timeout')), waitMs);
  try {
    return await fetch(request.url, {
      method: request.method ?? (request.form === undefined ? 'GET' : 'POST'),
      headers: request.headers,
      redirect: 'manual',
      signal: controller.signal,
      ...bodyOf(request),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const why = controller.signal.aborted
      ? `no answer within ${Math.round(waitMs)} ms`
      : describeFetchFailure(cause);
    throw new TransientError(`${request.url.host}: ${why}`, undefined, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function bodyOf({ form, body }: HttpRequest): { body?: URLSearchParams | Blob } {
  const sent = form ?? body;
  return sent === undefined ? {} : { body: sent };
}

/** @source RFC 9110, sections 15.5.9, 15.6; RFC 6585, section 4 */
async function rejectTransient(response: Response): Promise<Response> {
  if (response.status < 500 && response.status !== 429 && response.status !== 408) return response;
  await response.body?.cancel();
  throw new TransientError(`the server answers with status ${response.status}`, retryAfterMs(response));
}

function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(milliseconds, 0) : undefined;
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}

/** undici hides the reason in the cause. */
function describeFetchFailure(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  const detail =
    typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
  return (
    detail ??
    (typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : String(error))
  );
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransientError(`nothing came for ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
