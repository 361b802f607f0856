/** Flattens the layers of an image in an OCI archive: what a container would see. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from './read-tar.mjs';

/** @source OCI image-spec v1.1.0, image-layout.md and layer.md */
export function readImage(path) {
  const files = new Map(readTar(readFileSync(path)).map(({ name, body }) => [clean(name), body]));
  const blob = (digest) => {
    const body = files.get(`blobs/${digest.replace(':', '/')}`);
    if (body === undefined) throw new Error(`${path}: no blob ${digest}`);
    return body;
  };
  const json = (digest) => JSON.parse(blob(digest).toString());
  let manifest = JSON.parse(files.get('index.json')?.toString() ?? 'null');
  while (manifest?.manifests) manifest = json(manifest.manifests[0].digest);
  const { config, history } = json(manifest.config.digest);
  const tree = new Map();
  for (const { digest } of manifest.layers ?? []) apply(tree, unpacked(blob(digest)));
  return { config: config ?? {}, history: history ?? [], tree: Object.fromEntries(tree) };
}

function unpacked(layer) {
  return layer[0] === 0x1f && layer[1] === 0x8b ? gunzipSync(layer) : layer;
}

function apply(tree, layer) {
  for (const entry of readTar(layer)) {
    const path = clean(entry.name);
    if (path === '') continue;
    const { base, dir } = posix.parse(path);
    if (base === '.wh..wh..opq') removeBelow(tree, dir);
    else if (base.startsWith('.wh.')) {
      const removed = posix.join(dir, base.slice('.wh.'.length));
      tree.delete(removed);
      removeBelow(tree, removed);
    } else {
      if (entry.type !== 'dir') removeBelow(tree, path);
      tree.set(path, objectOf(entry, tree));
    }
  }
}

function objectOf({ type, mode, uid, gid, link, body }, tree) {
  const metadata = { mode: mode.toString(8), uid, gid };
  if (type === 'symlink') return { type, ...metadata, link };
  if (type === 'file') {
    return { type, ...metadata, sha256: createHash('sha256').update(body).digest('hex') };
  }
  if (type === 'hardlink') return { ...tree.get(clean(link)), type, link: clean(link) };
  return { type, ...metadata };
}

function removeBelow(tree, directory) {
  for (const path of tree.keys()) if (path.startsWith(`${directory}/`)) tree.delete(path);
}

function clean(name) {
  return posix.normalize(`/${name}`).replaceAll(/^\/+|\/+$/g, '');
}
