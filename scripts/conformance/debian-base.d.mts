/** @returns why there is no base, or undefined */
export function whyNoDebianBase(): string | undefined;

/**
 * Debian bookworm for arm64, made by mmdebstrap and kept.
 *
 * @returns value for `--build-context debian:bookworm=`, or why there is none
 */
export function debianBase(directory: string): {
  readonly base?: string;
  readonly why?: string;
  /** That of a case, by its name. */
  readonly baseOf?: (name: string) => string;
};
