/** The base image of the cases that need one: Debian bookworm for arm64, made by mmdebstrap and kept. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PACKAGES =
  'apt,base-files,base-passwd,bash,coreutils,dash,findutils,grep,hostname,libc-bin,mawk,passwd,perl-base,sed,tar';
const KEPT = join(tmpdir(), 'boxer-conformance-debian', 'bookworm-arm64.tar');

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
 * @param directory where to write the image
 * @returns {{ base?: string, why?: string }} value for `--build-context debian:bookworm=`, or why there is none
 */
export function debianBase(directory) {
  const { tar, why } = archive();
  return tar === undefined ? { why } : { base: writeLayout(tar, directory) };
}

function archive() {
  const given = process.env.BOXER_BOOKWORM_TAR;
  if (given) return { tar: given };
  if (fs.existsSync(KEPT)) return { tar: KEPT };
  fs.mkdirSync(dirname(KEPT), { recursive: true });
  const partial = join(dirname(KEPT), `${process.pid}.tar`);
  const flags = ['--quiet', '--arch=arm64', '--variant=extract', `--include=${PACKAGES}`];
  const hooks = HOOKS.map((hook) => `--extract-hook=${hook}`);
  const { status, stderr, error } = spawnSync('mmdebstrap', [...flags, ...hooks, 'bookworm', partial], {
    encoding: 'utf8',
    timeout: 900_000,
  });
  if (error?.code === 'ENOENT')
    return { why: 'mmdebstrap is not installed and BOXER_BOOKWORM_TAR is not set' };
  if (status !== 0) return { why: `mmdebstrap: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
  fs.renameSync(partial, KEPT);
  return { tar: KEPT };
}

/** @source OCI image-spec v1.1.0, image-layout.md */
function writeLayout(tar, directory) {
  const blobs = join(directory, 'blobs', 'sha256');
  fs.mkdirSync(blobs, { recursive: true });
  const put = (bytes) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    fs.writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const putJson = (value) => put(Buffer.from(JSON.stringify(value)));
  const platform = { architecture: 'arm64', os: 'linux' };
  const layer = put(fs.readFileSync(tar));
  const config = putJson({
    ...platform,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'mmdebstrap bookworm' }],
  });
  const type = 'application/vnd.oci.image';
  const manifest = putJson({
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, ...config },
    layers: [{ mediaType: `${type}.layer.v1.tar`, ...layer }],
  });
  const manifests = [{ mediaType: `${type}.manifest.v1+json`, ...manifest, platform }];
  const index = { schemaVersion: 2, mediaType: `${type}.index.v1+json`, manifests };
  fs.writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  fs.writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return `oci-layout://${directory}`;
}
