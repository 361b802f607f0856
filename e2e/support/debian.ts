import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, hasCommand } from './boxer.ts';

const PACKAGES =
  'bash,coreutils,python3,sqlite3,git,perl-base,grep,sed,gawk,findutils,dash,libc-bin,base-files,base-passwd';
/** Made once for all test runs: it takes a minute and the network. */
const KEPT = join(tmpdir(), 'boxer-e2e-debian', 'trixie-arm64.tar');

/** @returns why the tests on Debian cannot run here, or undefined */
export function whyNoDebian(): string | undefined {
  if (process.env['BOXER_DEBIAN_TAR'] !== undefined || existsSync(KEPT)) return undefined;
  return hasCommand('mmdebstrap') ? undefined : 'mmdebstrap is not installed and BOXER_DEBIAN_TAR is not set';
}

/** @returns the path of a tar archive with Debian trixie for arm64; maintainer scripts have not run in it */
function debianTar(): string {
  const given = process.env['BOXER_DEBIAN_TAR'];
  if (given !== undefined) return given;
  if (existsSync(KEPT)) return KEPT;
  mkdirSync(join(KEPT, '..'), { recursive: true });
  const partial = `${KEPT}.${process.pid}.tar`;
  const flags = ['--quiet', '--arch=arm64', '--variant=extract', `--include=${PACKAGES}`];
  const { status, stderr } = command('mmdebstrap', [...flags, 'trixie', partial], { timeoutMs: 600_000 });
  if (status !== 0) throw new Error(`mmdebstrap: ${stderr}`);
  renameSync(partial, KEPT);
  return KEPT;
}

/**
 * Wraps Debian as an OCI layout.
 *
 * @returns value for `--build-context NAME=`
 * @source OCI image-spec v1.1.0, image-layout.md
 */
export function debianLayout(directory: string): string {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const tar = debianTar();
  const layer = readFileSync(tar);
  const layerHex = sha256(layer);
  try {
    linkSync(tar, join(blobs, layerHex));
  } catch {
    copyFileSync(tar, join(blobs, layerHex));
  }
  const put = (value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value));
    writeFileSync(join(blobs, sha256(bytes)), bytes);
    return { digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const platform = { architecture: 'arm64', os: 'linux' };
  const config = put({
    ...platform,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerHex}`] },
    history: [{ created_by: 'mmdebstrap trixie' }],
  });
  const type = 'application/vnd.oci.image';
  const manifest = put({
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: { mediaType: `${type}.config.v1+json`, ...config },
    layers: [{ mediaType: `${type}.layer.v1.tar`, digest: `sha256:${layerHex}`, size: layer.length }],
  });
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.index.v1+json`,
      manifests: [{ mediaType: `${type}.manifest.v1+json`, ...manifest, platform }],
    }),
  );
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return `oci-layout://${directory}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
