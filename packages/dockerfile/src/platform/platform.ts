import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';

/** An operating system and processor, as in an OCI image index. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

const SPECIFIER_PART = /^[A-Za-z0-9_.-]+$/;
const OS_PART = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;

const OPERATING_SYSTEMS = new Set(
  [
    'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos',
  ].flatMap((names) => names.split(' ')),
);

const ARCHITECTURES = new Set(
  [
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
      'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Reads `os`, `arch`, `os/arch` or `os/arch/variant` and brings it to its usual form.
 *
 * @throws {@link DockerfileError} when it is none of these
 * @source github.com/containerd/platforms, Parse and Normalize
 */
export function parsePlatform(specifier: string): Platform {
  if (specifier.includes('*')) throw cannotParse(specifier, 'wildcards not yet supported');
  const parts = specifier.split('/');
  const [first = '', second, third] = parts;
  const os = OS_PART.exec(first);
  const invalidPart = parts.slice(1).find((part) => !SPECIFIER_PART.test(part));
  if (os === null) throw cannotParse(specifier, 'is an invalid component of', first);
  if (invalidPart !== undefined) throw cannotParse(specifier, 'is an invalid component of', invalidPart);
  const osVersion = os[2] === undefined || os[2] === '' ? {} : { osVersion: decodeURIComponentSafely(os[2]) };
  const name = os[1] ?? '';

  if (parts.length === 1) return parseSinglePart(specifier, name);
  if (second === undefined || parts.length > 3)
    throw cannotParse(specifier, 'cannot parse platform specifier');
  return normalizePlatform({
    os: name,
    architecture: second,
    ...(third === undefined ? {} : { variant: third }),
    ...osVersion,
  });
}

/** @returns `os/arch[/variant]`, the form of TARGETPLATFORM */
export function formatPlatform(platform: Platform): string {
  const version =
    platform.osVersion === undefined || platform.osVersion === '' ? '' : `(${platform.osVersion})`;
  return [`${platform.os}${version}`, platform.architecture, platform.variant ?? '']
    .filter((part) => part !== '')
    .join('/');
}

/** Replaces aliases of systems and processors by their usual names. */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase() === 'macos' ? 'darwin' : platform.os.toLowerCase();
  const { architecture, variant } = normalizeArchitecture(platform.architecture, platform.variant ?? '');
  return {
    os,
    architecture,
    ...(variant === '' ? {} : { variant }),
    ...(platform.osVersion === undefined ? {} : { osVersion: platform.osVersion }),
  };
}

function normalizeArchitecture(name: string, variantName: string): { architecture: string; variant: string } {
  const architecture = name.toLowerCase();
  const variant = variantName.toLowerCase();
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' };
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant };
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: variant === '8' || variant === 'v8' ? '' : variant };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      return {
        architecture,
        variant: /^[5-8]$/.test(variant) ? `v${variant}` : variant === '' ? 'v7' : variant,
      };
    default:
      return { architecture, variant };
  }
}

function parseSinglePart(specifier: string, name: string): Platform {
  const { os } = normalizePlatform({ os: name, architecture: '' });
  if (OPERATING_SYSTEMS.has(os)) return { os, architecture: 'arm64' };
  const { architecture, variant } = normalizeArchitecture(name, '');
  if (!ARCHITECTURES.has(architecture)) {
    throw cannotParse(specifier, 'unknown operating system or architecture');
  }
  return { os: 'linux', architecture, ...(variant === '' || architecture !== 'arm' ? {} : { variant }) };
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cannotParse(specifier: string, why: string, part?: string): DockerfileError {
  const detail =
    part === undefined
      ? `${goQuote(specifier)}: ${why}`
      : `${goQuote(part)} ${why} ${goQuote(specifier)}: platform specifier component must match "^[A-Za-z0-9_.-]+$"`;
  return new DockerfileError('DOCKERFILE_VALUE', `${detail}: invalid argument`);
}
