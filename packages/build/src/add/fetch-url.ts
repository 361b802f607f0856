import { createHash } from 'node:crypto';
import type { HttpSource } from '@boxer/dockerfile';
import { type Attributes, attributes, type Content, type Spool } from '@boxer/fsimage';
import { ChecksumMismatchError, DownloadError } from '../errors/download-errors.ts';
import type { Job } from '../progress/progress.ts';

/** A downloaded file. */
export interface Download {
  readonly content: Content;
  readonly attributes: Attributes;
}

export interface FetchOptions {
  readonly spool: Spool;
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
  /** Longest file that is taken; default: any. */
  readonly limitBytes?: number;
}

/** A server that sends nothing for so long is given up. */
const IDLE_TIMEOUT_MS = 120_000;

/**
 * Fetches a URL: mode 0600, modification time from Last-Modified (else the epoch).
 *
 * @throws {@link DownloadError}, {@link ChecksumMismatchError}
 * @source moby/buildkit source/http/source.go
 */
export async function fetchUrl(source: HttpSource, options: FetchOptions): Promise<Download> {
  const idle = new AbortController();
  const signal = AbortSignal.any([idle.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const timer = setTimeout(() => idle.abort(new Error('the server sends nothing')), IDLE_TIMEOUT_MS);
  try {
    const response = await fetch(source.url, { signal, headers: { 'user-agent': 'boxer' } });
    if (!response.ok) throw new DownloadError(source.url, `invalid response status ${response.status}`);
    const hash = createHash(algorithmOf(source));
    const content = await options.spool.store(
      observed(response, (chunk, bytes, totalBytes) => {
        timer.refresh();
        if (bytes > (options.limitBytes ?? Infinity)) {
          throw new DownloadError(source.url, `it is larger than ${options.limitBytes} bytes`);
        }
        hash.update(chunk);
        options.job.transferred(source.url, bytes, totalBytes);
      }),
    );
    verify(source, hash.digest('hex'));
    return { content, attributes: attributes({ permissions: 0o600, mtime: lastModified(response) }) };
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof DownloadError || cause instanceof ChecksumMismatchError) throw cause;
    throw new DownloadError(source.url, reasonOf(idle.signal.aborted ? idle.signal.reason : cause), {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function* observed(
  response: Response,
  onChunk: (chunk: Uint8Array, bytes: number, totalBytes: number | undefined) => void,
): AsyncGenerator<Uint8Array> {
  const length = response.headers.get('content-length');
  const isPlain = response.headers.get('content-encoding') === null;
  const totalBytes = length !== null && isPlain ? Number(length) : undefined;
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    onChunk(chunk, bytes, totalBytes);
    yield chunk;
  }
}

function algorithmOf({ checksum }: HttpSource): 'sha256' | 'sha384' | 'sha512' {
  const algorithm = checksum?.split(':', 1)[0];
  return algorithm === 'sha512' || algorithm === 'sha384' ? algorithm : 'sha256';
}

function verify(source: HttpSource, hex: string): void {
  const actual = `${algorithmOf(source)}:${hex}`;
  if (source.checksum !== undefined && source.checksum !== actual) {
    throw new ChecksumMismatchError(actual, source.checksum);
  }
}

function lastModified(response: Response): Attributes['mtime'] {
  const milliseconds = Date.parse(response.headers.get('last-modified') ?? '');
  return { seconds: Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000), nanoseconds: 0 };
}

/** The innermost cause tells more than fetch's own "fetch failed". */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
