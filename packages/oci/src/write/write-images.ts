import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { makeDirectories, replaceFile, writeFileAtomically } from '@boxer/foundation';
import { dockerArchiveFiles } from './docker-archive-files.ts';
import { type ImageToWrite, ociLayoutFiles } from './oci-layout-files.ts';
import type { OutputFile } from './output-file.ts';

/** Writes an OCI image layout into a directory, which is made when missing; each file appears whole. */
export async function writeOciLayout(images: readonly ImageToWrite[], directory: string): Promise<void> {
  for (const file of ociLayoutFiles(images)) {
    const path = join(directory, file.name);
    makeDirectories(dirname(path));
    await writeFileAtomically(path, file.chunks());
  }
}

/**
 * Writes an OCI image layout as a tar archive. Equal images give equal bytes.
 *
 * @param output - path of a file, which appears when it is complete; or a stream, which is left open
 */
export async function writeOciArchive(
  images: readonly ImageToWrite[],
  output: string | Writable,
): Promise<void> {
  await writeArchive(ociLayoutFiles(images), output);
}

/**
 * Writes an archive for `docker load`. Equal images give equal bytes.
 *
 * @param output - path of a file, which appears when it is complete; or a stream, which is left open
 */
export async function writeDockerArchive(
  images: readonly ImageToWrite[],
  output: string | Writable,
): Promise<void> {
  await writeArchive(await dockerArchiveFiles(images), output);
}

async function writeArchive(files: readonly OutputFile[], output: string | Writable): Promise<void> {
  if (typeof output === 'string')
    await replaceFile(output, (path) => packFiles(files, createWriteStream(path, { flags: 'wx' }), true));
  else await packFiles(files, output, false);
}

async function packFiles(files: readonly OutputFile[], output: Writable, end: boolean): Promise<void> {
  const archive = pack();
  const filling = fill(archive, files).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  const results = await Promise.allSettled([filling, pipeline(archive, output, { end })]);
  // What went wrong while filling is the cause of what the pipeline saw.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function fill(archive: Pack, files: readonly OutputFile[]): Promise<void> {
  for (const file of files) {
    const header = {
      name: file.name,
      size: file.sizeBytes,
      mode: 0o644,
      mtime: new Date(0),
      type: 'file' as const,
    };
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
      pipeline(Readable.from(file.chunks(), { objectMode: false }), entry).catch(reject);
    });
  }
  archive.finalize();
}
