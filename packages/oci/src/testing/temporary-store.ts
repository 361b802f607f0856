import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore } from '../store/blob-store.ts';

/** A directory that is removed with everything in it. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string;
}

export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'boxer-oci-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A store in a directory that is removed with it. */
export async function temporaryStore(): Promise<{ store: BlobStore } & Disposable> {
  const directory = temporaryDirectory();
  return { store: await BlobStore.open(directory.path), [Symbol.dispose]: () => directory[Symbol.dispose]() };
}
