import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianTar as makeDebianTar, whyNoDebianTar, writeLayout } from '../../scripts/debian.mjs';

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
  const why = process.env[variable] === undefined ? whyNoDebianTar(archive) : undefined;
  return why && `${why} and ${variable} is not set`;
}

/** @returns the path of a tar archive with Debian trixie for arm64; maintainer scripts have not run in it */
export function debianTar(name: DebianName = 'tools'): string {
  const { packages, variable, kept: archive } = debians[name];
  return (
    process.env[variable] ?? makeDebianTar(archive, { suite: 'trixie', architecture: 'arm64', packages })
  );
}

/**
 * Wraps Debian as an OCI layout.
 *
 * @returns value for `--build-context NAME=`
 */
export function debianLayout(directory: string, name: DebianName = 'tools'): string {
  return writeLayout([debianTar(name)], directory, 'mmdebstrap trixie');
}
