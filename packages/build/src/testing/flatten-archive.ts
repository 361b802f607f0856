import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@boxer/fsimage';

/** One object of a flattened image, as the golden suite describes it. */
export interface Entry {
  readonly type: string;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly link?: string;
  readonly sha256?: string;
}

/** An image, read back. */
export interface Flattened {
  readonly config: Readonly<Record<string, unknown>>;
  readonly history: readonly { created_by?: string }[];
  readonly tree: Record<string, Entry>;
  readonly created: string | undefined;
}

/** Reads an OCI archive with nothing of the code that wrote it but the tar reader. */
export async function flattenArchive(path: string): Promise<Flattened> {
  const files = new Map<string, Buffer>();
  for await (const entry of readTar(once(readFileSync(path)))) {
    files.set(entry.name, await collect(entry.body()));
  }
  const json = (name: string) => JSON.parse(files.get(name)?.toString() ?? '') as never;
  const blob = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  const index = json('index.json') as { manifests: { digest: string }[] };
  const manifest = json(blob(index.manifests[0]?.digest ?? '')) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const { config, history, created } = json(blob(manifest.config.digest)) as {
    config: Record<string, unknown>;
    history?: [];
    created?: string;
  };
  const tree: Record<string, Entry> = {};
  for (const { digest } of manifest.layers)
    await applyTo(tree, gunzipSync(files.get(blob(digest)) ?? Buffer.alloc(0)));
  return { config, history: history ?? [], tree, created };
}

async function applyTo(tree: Record<string, Entry>, layer: Buffer): Promise<void> {
  for await (const entry of readTar(once(layer))) {
    const name = entry.name.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    if (name === '') continue;
    if (basename(name).startsWith('.wh.')) throw new TypeError(`Whiteouts are not flattened: ${name}`);
    const mode = entry.permissions.toString(8);
    const { uid, gid } = entry;
    if (entry.type === 'symlink')
      tree[name] = { type: 'symlink', mode: '777', uid, gid, link: entry.linkName };
    else if (entry.type === 'directory') tree[name] = { type: 'dir', mode, uid, gid };
    else if (entry.type === 'hard-link') {
      tree[name] = { type: 'hardlink', mode, uid, gid, link: entry.linkName };
    } else {
      tree[name] = {
        type: 'file',
        mode,
        uid,
        gid,
        sha256: createHash('sha256')
          .update(await collect(entry.body()))
          .digest('hex'),
      };
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return Buffer.concat(parts);
}
