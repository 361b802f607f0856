/** What an image runs on. @source OCI image-spec v1.1.0, image-index.md ("platform") */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** A multi-architecture image is resolved to arm64 whatever the host is: the result is WebAssembly either way. */
export const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'arm64' };

/** Names that uname(1) and others use for Go's. @source containerd/platforms, database.go (normalizeArch) */
const ARCHITECTURES: Readonly<Record<string, Omit<Platform, 'os'>>> = {
  aarch64: { architecture: 'arm64' },
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  i386: { architecture: '386' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
};

/** Variants that say no more than the architecture alone. @source containerd/platforms, database.go */
const IMPLIED_VARIANTS: Readonly<Record<string, readonly string[]>> = {
  arm64: ['8', 'v8'],
  amd64: ['v1'],
  arm: [],
};

/** Brings names to their usual form: `aarch64` and `arm64/v8` are both `arm64`. */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase() === 'macos' ? 'darwin' : platform.os.toLowerCase();
  const named = platform.architecture.toLowerCase();
  const alias = ARCHITECTURES[named] ?? { architecture: named };
  const variant = (platform.variant ?? alias.variant ?? '').toLowerCase();
  const { architecture } = alias;
  if (variant === '' && architecture === 'arm') return { os, architecture, variant: 'v7' };
  if (variant === '' || IMPLIED_VARIANTS[architecture]?.includes(variant) === true)
    return { os, architecture };
  return { os, architecture, variant: /^[0-9]/.test(variant) ? `v${variant}` : variant };
}

/** Whether what was built for `offered` is what was asked for. */
export function platformsMatch(wanted: Platform, offered: Platform): boolean {
  return formatPlatform(wanted) === formatPlatform(offered);
}

/** @returns `os/architecture` or `os/architecture/variant`, in the usual form */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}
