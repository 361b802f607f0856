import { RegistryError } from '../errors.ts';
import { DEFAULT_REGISTRY, type Reference } from '../reference/reference.ts';

/** Where the repository of an image is served. */
export interface Endpoint {
  /** Host for which credentials are looked up. */
  readonly registry: string;
  /** `scheme://host:port`. */
  readonly origin: string;
  /** Path of the repository at this endpoint. */
  readonly repository: string;
}

/** Host that serves `docker.io`. @source moby registry/config.go */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/**
 * @param mirror - a place that serves the images of docker.io, asked first: `https://host[:port][/prefix]`; a scheme
 *   may be left out
 * @returns the endpoints to ask, in order
 */
export function endpointsOf({ registry, repository }: Reference, mirror?: string): Endpoint[] {
  const host = registry === DEFAULT_REGISTRY ? DOCKER_HUB_HOST : registry;
  const own = { registry, origin: `${isLoopback(host) ? 'http' : 'https'}://${host}`, repository };
  if (mirror === undefined || mirror === '' || registry !== DEFAULT_REGISTRY) return [own];
  return [mirrorEndpoint(mirror, repository), own];
}

/** Plain HTTP never leaves the machine. @throws {@link RegistryError} */
export function requireSecure(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host))) return;
  throw new RegistryError(`connect to ${url.origin}`, 'plain HTTP is allowed for loopback hosts only');
}

function mirrorEndpoint(mirror: string, repository: string): Endpoint {
  const host = mirror.split('/')[0] ?? '';
  const text = /^https?:\/\//.test(mirror) ? mirror : `${isLoopback(host) ? 'http' : 'https'}://${mirror}`;
  if (!URL.canParse(text)) throw new RegistryError(`use mirror ${JSON.stringify(mirror)}`, 'it is not a URL');
  const url = new URL(text);
  requireSecure(url);
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  return {
    registry: url.host,
    origin: url.origin,
    repository: prefix === '' ? repository : `${prefix}/${repository}`,
  };
}

/** @param host - with or without port. @source RFC 6761, section 6.3; RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3 */
function isLoopback(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, '').toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}
