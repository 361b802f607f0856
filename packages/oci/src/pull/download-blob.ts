import type { HttpOptions } from '../registry/http-client.ts';
import { TransientError, withRetries } from '../registry/http-client.ts';
import type { Descriptor } from '../manifest/schemas.ts';
import type { ImageSource } from '../source/image-source.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { BlobWriter } from '../store/blob-writer.ts';

export interface DownloadOptions {
  readonly http: HttpOptions;
  readonly signal: AbortSignal;
  /** Told how many bytes have come so far. */
  readonly onBytes: (receivedBytes: number) => void;
}

/**
 * Copies a blob from a source into the store, verified. A lost connection is taken up where it broke; attempts count
 * anew whenever bytes have come.
 *
 * @throws {@link DigestMismatchError}, {@link SizeMismatchError}: never retried
 */
export async function downloadBlob(
  source: ImageSource,
  descriptor: Descriptor,
  store: BlobStore,
  options: DownloadOptions,
): Promise<void> {
  const writer = await store.begin(descriptor);
  try {
    let isComplete = false;
    while (!isComplete) {
      isComplete = await withRetries(`download blob ${descriptor.digest}`, options.http, options.signal, () =>
        downloadPart(source, descriptor, writer, options),
      );
    }
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await store.finish(writer);
}

/** @returns false when the connection was lost, but not before bytes came */
async function downloadPart(
  source: ImageSource,
  descriptor: Descriptor,
  writer: BlobWriter,
  { http, signal, onBytes }: DownloadOptions,
): Promise<boolean> {
  const start = writer.sizeBytes;
  try {
    for await (const chunk of source.blob(descriptor, start, signal)) {
      signal.throwIfAborted();
      await writer.write(chunk);
      onBytes(writer.sizeBytes);
    }
    return true;
  } catch (error) {
    if (error instanceof TransientError && writer.sizeBytes > start && writer.sizeBytes < descriptor.size) {
      http.logger.debug(
        `Going on with blob ${descriptor.digest} at byte ${writer.sizeBytes}: ${error.message}`,
      );
      return false;
    }
    throw error;
  }
}
