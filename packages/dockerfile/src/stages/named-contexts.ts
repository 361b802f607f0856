import { DockerfileError } from '../dockerfile-error.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import { familiarReference, normalizeReference } from './image-reference.ts';

/** Where a named context gets its files from. */
export type NamedContext =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'image'; readonly reference: string; readonly platform: Platform }
  | {
      readonly kind: 'named-context';
      readonly name: string;
      readonly source: string;
      readonly platform: Platform;
    };

const IMAGE_SCHEME = 'docker-image://';
const RESERVED = new Set(['scratch', 'context']);

/**
 * The `--build-context` options. They replace images and stages of the same name.
 *
 * @source buildkit, frontend/dockerui/namedcontext.go
 */
export class NamedContexts {
  readonly #sources: ReadonlyMap<string, string>;

  constructor(sources: Readonly<Record<string, string>>) {
    this.#sources = new Map(Object.entries(sources).map(([name, source]) => [canonicalName(name), source]));
  }

  /**
   * @param name - stage name or image reference
   * @param platform - a context given for `name::platform` is preferred
   * @throws {@link DockerfileError} when the context is an image whose name is malformed
   */
  find(name: string, platform: Platform): NamedContext | undefined {
    if (this.#sources.size === 0 || RESERVED.has(name.toLowerCase())) return undefined;
    const familiar = canonicalName(name);
    for (const candidate of [`${familiar}::${formatPlatform(platform)}`, familiar]) {
      const source = this.#sources.get(candidate);
      if (source !== undefined) return contextOf(candidate, source, platform);
    }
    return undefined;
  }
}

function contextOf(name: string, source: string, platform: Platform): NamedContext {
  if (!source.startsWith(IMAGE_SCHEME)) return { kind: 'named-context', name, source, platform };
  const image = source.slice(IMAGE_SCHEME.length);
  return image === 'scratch'
    ? { kind: 'scratch' }
    : { kind: 'image', reference: normalizeReference(image), platform };
}

function canonicalName(name: string): string {
  const [base = '', platform] = name.split('::', 2);
  try {
    const familiar = familiarReference(base);
    return platform === undefined ? familiar : `${familiar}::${platform}`;
  } catch (error) {
    if (error instanceof DockerfileError) return name;
    throw error;
  }
}
