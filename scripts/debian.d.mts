/** @returns why there is no such archive and none can be made, or undefined */
export function whyNoDebianTar(path: string): string | undefined;

/** A root file system of Debian. */
export interface Debian {
  /** "trixie" and the like. */
  readonly suite: string;
  /** "arm64" and the like. */
  readonly architecture: string;
  /** Names with commas between them. */
  readonly packages: string;
  /** Further arguments of mmdebstrap. */
  readonly hooks?: readonly string[];
}

/**
 * Makes a tar archive, unless it is there. Maintainer scripts do not run.
 *
 * @returns its path
 * @throws Error when mmdebstrap fails
 */
export function debianTar(path: string, debian: Debian): string;

/**
 * Wraps archives, each a layer, as an OCI layout for linux/arm64.
 *
 * @param createdBy - what the history says of them
 * @returns value for `--build-context NAME=`
 */
export function writeLayout(tars: readonly string[], directory: string, createdBy: string): string;
