import { type Digest, isDigest } from '@boxer/foundation';
import { InvalidReferenceError } from '../errors.ts';

/** Names an image in a registry. */
export interface Reference {
  /** Host, with port if any: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** Path in the registry: `library/debian`. */
  readonly repository: string;
  /** Absent only when there is a digest. */
  readonly tag?: string;
  readonly digest?: Digest;
}

export const DEFAULT_REGISTRY = 'docker.io';
const LEGACY_DEFAULT_REGISTRY = 'index.docker.io';
const DEFAULT_NAMESPACE = 'library/';
const DEFAULT_TAG = 'latest';
const NAME_LIMIT = 255;

// The grammar at the head of distribution/reference, reference.go.
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(
  `^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`,
);
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;

/**
 * Parses and completes a reference as Docker does: `debian` is `docker.io/library/debian:latest`.
 *
 * @throws {@link InvalidReferenceError}
 * @source github.com/distribution/reference, normalize.go (ParseNormalizedNamed, TagNameOnly)
 */
export function parseReference(text: string): Reference {
  const refuse = (why: string): never => {
    throw new InvalidReferenceError(text, why);
  };
  if (text === '') return refuse('it is empty');
  if (IDENTIFIER.test(text)) return refuse('it is an identifier of 64 hexadecimal digits, not a name');

  const [rest, digest] = splitDigest(text, refuse);
  const { registry, remainder } = splitRegistry(rest);
  const colon = remainder.indexOf(':');
  const path = colon < 0 ? remainder : remainder.slice(0, colon);
  const tag = colon < 0 ? undefined : remainder.slice(colon + 1);
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? DEFAULT_NAMESPACE + path : path;

  if (!DOMAIN.test(registry)) return refuse(`${JSON.stringify(registry)} is not a host name`);
  if (path !== path.toLowerCase()) return refuse('the repository name must be lowercase');
  if (!PATH.test(repository)) return refuse(`${JSON.stringify(path)} is not a repository name`);
  if (registry.length + 1 + repository.length > NAME_LIMIT)
    return refuse(`its name is longer than ${NAME_LIMIT} characters`);
  if (tag !== undefined && !TAG.test(tag)) return refuse(`${JSON.stringify(tag)} is not a tag`);
  if (digest !== undefined) return { registry, repository, ...(tag === undefined ? {} : { tag }), digest };
  return { registry, repository, tag: tag ?? DEFAULT_TAG };
}

/** @returns the complete form: `docker.io/library/debian:latest` */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** @returns the shortest form that parses to the same reference: `debian:latest` */
export function formatFamiliarReference(reference: Reference): string {
  const complete = formatReference(reference);
  if (reference.registry !== DEFAULT_REGISTRY) return complete;
  const short = complete.slice(DEFAULT_REGISTRY.length + 1);
  // Docker shortens `library/debian`, but not `library/debian/x` (distribution/reference, familiarizeName).
  const isOfficial = short.startsWith(DEFAULT_NAMESPACE) && reference.repository.split('/').length === 2;
  return isOfficial ? short.slice(DEFAULT_NAMESPACE.length) : short;
}

function splitDigest(
  text: string,
  refuse: (why: string) => never,
): [rest: string, digest: Digest | undefined] {
  const at = text.indexOf('@');
  if (at < 0) return [text, undefined];
  const digest = text.slice(at + 1);
  if (isDigest(digest)) return [text.slice(0, at), digest];
  const isOther = /^[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}$/.test(digest) && !digest.startsWith('sha256:');
  return refuse(
    isOther
      ? `only sha256 digests are supported, not ${digest}`
      : `${JSON.stringify(digest)} is not a digest`,
  );
}

/** The first component is a host when it looks like one: a dot, a port, `localhost`, or upper case. */
function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (slash < 0 || !isHost) return { registry: DEFAULT_REGISTRY, remainder: text };
  const registry = first === LEGACY_DEFAULT_REGISTRY ? DEFAULT_REGISTRY : first;
  return { registry, remainder: text.slice(slash + 1) };
}
