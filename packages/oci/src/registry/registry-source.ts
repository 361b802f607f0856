import { type Logger, silentLogger } from '@boxer/foundation';
import { ImageNotFoundError, RegistryError } from '../errors.ts';
import { formatReference, type Reference } from '../reference/reference.ts';
import type { ImageSource, ServedManifest } from '../source/image-source.ts';
import { type CredentialProvider, dockerCredentials } from './credentials.ts';
import { endpointsOf } from './endpoint.ts';
import { defaultHttpOptions, type HttpOptions } from './http-client.ts';
import { RepositoryClient } from './repository-client.ts';

export interface RegistryOptions {
  /** Serves the images of docker.io, asked first; default `BOXER_REGISTRY_MIRROR`. */
  readonly mirror?: string;
  /** Default {@link dockerCredentials}. */
  readonly credentials?: CredentialProvider;
  readonly logger?: Logger;
  /** Attempts for a request that fails for reasons that may pass; default 5. */
  readonly attempts?: number;
  /** Pause before the second attempt, doubled with each further one; default 500 ms. */
  readonly retryDelayMs?: number;
  /** How long to wait for an answer, and between chunks of one; default 60 s. */
  readonly timeoutMs?: number;
}

/** Where something is to be written: the registry itself, never a mirror. */
export function repositoryClient(reference: Reference, options: RegistryOptions = {}): RepositoryClient {
  const [endpoint] = endpointsOf(reference);
  if (endpoint === undefined) throw new TypeError('There is no endpoint');
  return new RepositoryClient(endpoint, options.credentials ?? dockerCredentials(), httpOptions(options));
}

/** An image of a registry, read over HTTPS (or HTTP from a loopback host). */
export function registrySource(reference: Reference, options: RegistryOptions = {}): ImageSource {
  const http = httpOptions(options);
  const credentials = options.credentials ?? dockerCredentials();
  const endpoints = endpointsOf(reference, options.mirror ?? process.env['BOXER_REGISTRY_MIRROR']);
  const clients = endpoints.map((endpoint) => new RepositoryClient(endpoint, credentials, http));
  /** The endpoint that had the manifest serves the rest as well. */
  let chosen: RepositoryClient | undefined;
  const client = (): RepositoryClient => {
    if (chosen === undefined) throw new TypeError('The image is read before it is resolved');
    return chosen;
  };
  return {
    description: formatReference(reference),
    async resolve(signal) {
      const name = reference.digest ?? reference.tag ?? 'latest';
      const [served, by] = await firstToServe(clients, name, http.logger, signal);
      chosen = by;
      return served;
    },
    manifest: (descriptor, signal) => client().manifest(descriptor.digest, signal),
    blob: (descriptor, offset, signal) => client().blob(descriptor, offset, signal),
    close: async () => undefined,
  };
}

function httpOptions(options: RegistryOptions): HttpOptions {
  return {
    logger: options.logger ?? silentLogger,
    attempts: options.attempts ?? defaultHttpOptions.attempts,
    retryDelayMs: options.retryDelayMs ?? defaultHttpOptions.retryDelayMs,
    timeoutMs: options.timeoutMs ?? defaultHttpOptions.timeoutMs,
  };
}

/** Asks mirrors first; what they lack or fail at, the registry itself is asked for. */
async function firstToServe(
  clients: readonly RepositoryClient[],
  name: string,
  logger: Logger,
  signal?: AbortSignal,
): Promise<[ServedManifest, RepositoryClient]> {
  const [first, ...others] = clients;
  if (first === undefined) throw new TypeError('There is no endpoint');
  try {
    return [await first.manifest(name, signal), first];
  } catch (error) {
    const isWorthAnother = error instanceof ImageNotFoundError || error instanceof RegistryError;
    if (others.length === 0 || !isWorthAnother) throw error;
    logger.warn(`Mirror ${first.endpoint.registry} is passed over: ${error.message}`);
    return firstToServe(others, name, logger, signal);
  }
}
