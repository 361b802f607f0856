import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';

const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^((?:${DOMAIN}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*)` +
    '(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$',
);
const LONGEST_REFERENCE = 4096;
const LONGEST_NAME = 255;
const DEFAULT_DOMAIN = 'docker.io';
const HEX_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Brings an image name to its full form: `debian` is `docker.io/library/debian:latest`.
 *
 * @throws {@link DockerfileError} without a place when the name is malformed
 * @source github.com/distribution/reference, ParseNormalizedNamed and TagNameOnly
 */
export function normalizeReference(name: string): string {
  const { repository, tag, digest } = parse(name);
  const suffix = tag === undefined && digest === undefined ? ':latest' : suffixOf(tag, digest);
  return repository + suffix;
}

/** The form that named contexts go by: `docker.io/library/debian:latest` is `debian`. */
export function familiarReference(name: string): string {
  const { repository, tag, digest } = parse(name);
  const familiar = repository.replace(/^docker\.io\/(?:library\/)?/, '');
  return (familiar + suffixOf(tag, digest)).replace(/:latest$/, '');
}

interface Parts {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function parse(name: string): Parts {
  if (/^[a-f0-9]{64}$/.test(name)) throw invalid(name, 'cannot specify 64-byte hexadecimal strings');
  if (name === '' || name.length > LONGEST_REFERENCE) throw invalid(name);
  const { domain, remainder } = splitDomain(name);
  const remote = remainder.split(/[:@]/, 1)[0] ?? '';
  if (remote !== remote.toLowerCase()) {
    throw new DockerfileError(
      'DOCKERFILE_STAGE',
      `invalid reference format: repository name (${remote}) must be lowercase`,
    );
  }
  const [, repository, tag, digest] = REFERENCE.exec(`${domain}/${remainder}`) ?? [];
  if (repository === undefined) throw invalid(name);
  if (repository.length - domain.length - 1 > LONGEST_NAME)
    throw invalid(name, 'repository name must not be more than 255 characters');
  if (digest !== undefined) checkDigest(name, digest);
  return { repository, tag, digest };
}

function splitDomain(name: string): { domain: string; remainder: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isDomain =
    slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const domain = isDomain ? (first === 'index.docker.io' ? DEFAULT_DOMAIN : first) : DEFAULT_DOMAIN;
  const remainder = isDomain ? name.slice(slash + 1) : name;
  const isOfficial = domain === DEFAULT_DOMAIN && !remainder.includes('/');
  return { domain, remainder: isOfficial ? `library/${remainder}` : remainder };
}

function checkDigest(name: string, digest: string): void {
  const [algorithm = '', hex = ''] = digest.split(':');
  const length = Object.hasOwn(HEX_LENGTHS, algorithm) ? HEX_LENGTHS[algorithm] : undefined;
  if (length === undefined) throw new DockerfileError('DOCKERFILE_STAGE', 'unsupported digest algorithm');
  if (hex.length !== length) throw new DockerfileError('DOCKERFILE_STAGE', 'invalid checksum digest length');
  if (hex !== hex.toLowerCase()) throw invalid(name);
}

function suffixOf(tag: string | undefined, digest: string | undefined): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function invalid(name: string, detail?: string): DockerfileError {
  const message =
    detail === undefined ? 'invalid reference format' : `invalid repository name (${name}), ${detail}`;
  return new DockerfileError('DOCKERFILE_STAGE', message, {
    hint: `Correct the image name ${goQuote(name)}.`,
  });
}
