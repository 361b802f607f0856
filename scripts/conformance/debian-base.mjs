/** The base image of the cases that need one: Debian bookworm for arm64, made by mmdebstrap and kept. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES =
  'apt,base-files,base-passwd,bash,coreutils,dash,findutils,grep,hostname,libc-bin,mawk,passwd,perl-base,sed,tar';
const KEPT = join(tmpdir(), 'boxer-conformance-debian');

/** Files of the reference's architecture in the base of a case that compares their bytes, and what has them. */
const foreignFiles = {
  'copy-xattr-cap': { architecture: 'amd64', package: 'coreutils', path: './bin/true' },
};

// Maintainer scripts do not run; what the cases need of their work.
const HOOKS = [
  'cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"',
  'cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"',
  // That of the base which the reference used.
  'echo vm > "$1/etc/hostname"',
  'ln -s mawk "$1/usr/bin/awk"',
  // So that builders which give RUN a file of their own here need not create one.
  ': > "$1/etc/hosts"',
];

/**
 * @param directory where to write the images
 * @returns {{ base?: string, why?: string, baseOf?: (name: string) => string }} value for
 *   `--build-context debian:bookworm=`, or why there is none; and that for the case of a name
 */
export function debianBase(directory) {
  const given = process.env.BOXER_BOOKWORM_TAR;
  const hooks = HOOKS.map((hook) => `--extract-hook=${hook}`);
  const { tar, why } = given ? { tar: given } : bootstrap('arm64', PACKAGES, hooks);
  if (tar === undefined) return { why };
  const base = writeLayout([tar], join(directory, 'arm64'));
  const special = new Map();
  for (const [name, file] of Object.entries(foreignFiles)) {
    const layer = foreignLayer(file, directory);
    if (layer !== undefined) special.set(name, writeLayout([tar, layer], join(directory, name)));
  }
  return { base, baseOf: (name) => special.get(name) ?? base };
}

/** Makes a root file system, or finds that of an earlier run. */
function bootstrap(architecture, packages, hooks = []) {
  const kept = join(KEPT, `bookworm-${architecture}.tar`);
  if (fs.existsSync(kept)) return { tar: kept };
  fs.mkdirSync(KEPT, { recursive: true });
  const partial = join(KEPT, `${process.pid}.tar`);
  const flags = ['--quiet', `--arch=${architecture}`, '--variant=extract', `--include=${packages}`];
  const { status, stderr, error } = spawnSync('mmdebstrap', [...flags, ...hooks, 'bookworm', partial], {
    encoding: 'utf8',
    timeout: 900_000,
  });
  if (error?.code === 'ENOENT')
    return { why: 'mmdebstrap is not installed and BOXER_BOOKWORM_TAR is not set' };
  if (status !== 0) return { why: `mmdebstrap: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  fs.renameSync(partial, kept);
  return { tar: kept };
}

/** @returns a layer with one file of another architecture, or undefined when that cannot be had */
function foreignLayer({ architecture, package: name, path }, directory) {
  const { tar } = bootstrap(architecture, name);
  if (tar === undefined) return undefined;
  const root = fs.mkdtempSync(join(directory, 'foreign-'));
  const layer = join(root, 'layer.tar');
  for (const action of [`-xf${tar}`, `-cf${layer}`]) {
    const { status, stderr } = spawnSync('tar', [action, path], { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar: ${stderr}`);
  }
  return layer;
}

/** @source OCI image-spec v1.1.0, image-layout.md */
function writeLayout(tars, directory) {
  const blobs = join(directory, 'blobs', 'sha256');
  fs.mkdirSync(blobs, { recursive: true });
  const put = (bytes) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    fs.writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const putJson = (value) => put(Buffer.from(JSON.stringify(value)));
  const platform = { architecture: 'arm64', os: 'linux' };
  const layers = tars.map((tar) => put(fs.readFileSync(tar)));
  const config = putJson({
    ...platform,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created_by: 'mmdebstrap bookworm' })),
  });
  const type = 'application/vnd.oci.image';
  const manifest = putJson({
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
