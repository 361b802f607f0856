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

/** A Debian trixie for arm64 with some packages. Archives are made once for all test runs: it takes a minute and the network. */
interface Debian {
  readonly packages: string;
  /** Variable that names a ready archive. */
  readonly variable: string;
  readonly kept: string;
}

const kept = (file: string) => join(tmpdir(), 'boxer-e2e-debian', file);

const debians = {
  /** What people work with. */
  tools: {
    packages:
      'bash,coreutils,python3,sqlite3,git,perl-base,grep,sed,gawk,findutils,dash,libc-bin,base-files,base-passwd',
    variable: 'BOXER_DEBIAN_TAR',
    kept: kept('trixie-arm64.tar'),
  },
  /** Programs with tests of their own. */
  proof: {
    packages:
      'bash,coreutils,python3,libpython3.13-testsuite,openssl,grep,sed,dash,libc-bin,base-files,base-passwd',
    variable: 'BOXER_PROOF_TAR',
    kept: kept('trixie-proof-arm64.tar'),
  },
} as const satisfies Record<string, Debian>;
export type DebianName = keyof typeof debians;

/** @returns why there is no Debian for the tests, or undefined */
export function whyNoDebian(name: DebianName = 'tools'): string | undefined {
  const { variable, kept: archive } = debians[name];
  if (process.env[variable] !== undefined || existsSync(archive)) return undefined;
  return hasCommand('mmdebstrap') ? undefined : `mmdebstrap is not installed and ${variable} is not set`;
}

/** @returns the path of a tar archive with Debian trixie for arm64; maintainer scripts have not run in it */
export function debianTar(name: DebianName = 'tools'): string {
  const { packages, variable, kept: archive } = debians[name];
  const given = process.env[variable];
  if (given !== undefined) return given;
  if (existsSync(archive)) return archive;
  mkdirSync(join(archive, '..'), { recursive: true });
  const partial = `${archive}.${process.pid}.tar`;
  const flags = ['--quiet', '--arch=arm64', '--variant=extract', `--include=${packages}`];
  const { status, stderr } = command('mmdebstrap', [...flags, 'trixie', partial], { timeoutMs: 600_000 });
  if (status !== 0) throw new Error(`mmdebstrap: ${stderr}`);
  renameSync(partial, archive);
  return archive;
}

/**
 * Wraps Debian as an OCI layout.
 *
 * @returns value for `--build-context NAME=`
 * @source OCI image-spec v1.1.0, image-layout.md
 */
export function debianLayout(directory: string, name: DebianName = 'tools'): string {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const tar = debianTar(name);
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
