import type { Descriptor } from '../manifest/schemas.ts';

/** A manifest as some source serves it. */
export interface ServedManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * Where one image comes from: a registry, a layout, an archive. Sources need not be trusted: whoever reads from them
 * verifies what they serve.
 */
export interface ImageSource {
  /** Names the source and the image in messages. */
  readonly description: string;
  /** The manifest or index that the image's name stands for. */
  resolve(signal?: AbortSignal): Promise<ServedManifest>;
  /** A manifest that an index lists. */
  manifest(descriptor: Descriptor, signal?: AbortSignal): Promise<ServedManifest>;
  /**
   * Streams a blob.
   *
   * @param offset - bytes to leave out, when a download goes on
   */
  blob(descriptor: Descriptor, offset: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Releases files and connections. */
  close(): Promise<void>;
}
