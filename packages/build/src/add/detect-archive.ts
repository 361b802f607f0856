import { DecompressionError } from '@boxer/archive';
import { type Content, readTar, TarFormatError } from '@boxer/fsimage';
import { decompressAny } from './decompress-any.ts';

/**
 * Whether ADD extracts a file: its content is a tar archive, compressed or not, with at least one entry. Names do not
 * matter.
 *
 * @source moby/buildkit solver/llbsolver/file/unpack.go, isArchivePath
 */
export async function isArchive(content: Content): Promise<boolean> {
  const SHORTEST_ARCHIVE_BYTES = 30;
  if (content.sizeBytes < SHORTEST_ARCHIVE_BYTES) return false;
  try {
    for await (const _ of readTar(decompressAny(content.chunks()))) return true;
    return false;
  } catch (error) {
    if (error instanceof TarFormatError || error instanceof DecompressionError) return false;
    throw error;
  }
}
