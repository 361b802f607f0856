/** Debian's root file systems for tests and measurements: made by mmdebstrap, which needs the network, and kept. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

const TIMEOUT_MS = 900_000;

/** @returns why there is no such archive and none can be made, or undefined */
export function whyNoDebianTar(path) {
  if (fs.existsSync(path)) return undefined;
  const { error } = spawnSync('mmdebstrap', ['--version'], { stdio: 'ignore' });
  return error && 'mmdebstrap is not installed';
}

/** Makes a tar archive, unless it is there. Maintainer scripts do not run. @returns its path */
export function debianTar(path, { suite, architecture, packages, hooks = [] }) {
  if (fs.existsSync(path)) return path;
  fs.mkdirSync(dirname(path), { recursive: true });
  // Archives appear whole: what is interrupted is not taken for one.
  const partial = `${path}.${process.pid}.tar`;
  const flags = ['--quiet', `--arch=${architecture}`, '--variant=extract', `--include=${packages}`];
  const { status, stderr, error } = spawnSync('mmdebstrap', [...flags, ...hooks, suite, partial], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) {
    fs.rmSync(partial, { force: true });
    throw new Error(`mmdebstrap: ${error?.message ?? stderr.trim()}`);
  }
  fs.renameSync(partial, path);
  return path;
}

/** @source OCI image-spec v1.1.0, image-layout.md */
export function writeLayout(tars, directory, createdBy) {
  const blobs = join(directory, 'blobs', 'sha256');
  fs.mkdirSync(blobs, { recursive: true });
  const place = (bytes, write) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    write(join(blobs, hex));
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const put = (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    return place(bytes, (path) => fs.writeFileSync(path, bytes));
  };
  const platform = { architecture: 'arm64', os: 'linux' };
  const layers = tars.map((tar) => place(fs.readFileSync(tar), (path) => linkOrCopy(tar, path)));
  const config = put({
    ...platform,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created_by: createdBy })),
  });
  const type = 'application/vnd.oci.image';
  const manifest = put({
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, ...config },
    layers: layers.map((layer) => ({ mediaType: `${type}.layer.v1.tar`, ...layer })),
  });
  const manifests = [{ mediaType: `${type}.manifest.v1+json`, ...manifest, platform }];
  const index = { schemaVersion: 2, mediaType: `${type}.index.v1+json`, manifests };
  fs.writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  fs.writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return `oci-layout://${directory}`;
}

function linkOrCopy(from, to) {
  try {
    fs.linkSync(from, to);
  } catch {
    fs.copyFileSync(from, to);
  }
}
