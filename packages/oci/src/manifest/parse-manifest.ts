import type * as z from 'zod';
import { InvalidManifestError, UnsupportedManifestError } from '../errors.ts';
import { indexTypes, mediaTypes } from './media-types.ts';
import {
  type ImageConfig,
  imageConfigSchema,
  type ImageIndex,
  type ImageManifest,
  indexSchema,
  manifestSchema,
} from './schemas.ts';

/** A manifest of one image, or an index of several. */
export type AnyManifest =
  | { readonly kind: 'index'; readonly mediaType: string; readonly index: ImageIndex }
  | { readonly kind: 'manifest'; readonly mediaType: string; readonly manifest: ImageManifest };

/**
 * @param what - names the thing in errors
 * @param declaredType - media type by a descriptor or an HTTP header, which the manifest may leave out
 * @throws {@link InvalidManifestError} when it breaks its schema
 * @throws {@link UnsupportedManifestError} for Docker's schema 1
 */
export function parseManifest(what: string, bytes: Uint8Array, declaredType?: string): AnyManifest {
  const json = parseJson(what, bytes);
  if (typeof json !== 'object' || json === null)
    throw new InvalidManifestError(what, 'it is not a JSON object');
  const ownType = 'mediaType' in json && typeof json.mediaType === 'string' ? json.mediaType : undefined;
  const isSchema1 = 'schemaVersion' in json && json.schemaVersion === 1;
  if (isSchema1 || ownType === mediaTypes.dockerSchema1 || ownType === mediaTypes.dockerSchema1Signed) {
    throw new UnsupportedManifestError(
      what,
      'its manifest is of Docker schema 1, which registries no longer serve; push it again',
    );
  }
  // What is both could be two images, by the type under which it is read (CVE-2021-41190).
  if ('manifests' in json && ('layers' in json || 'config' in json)) {
    throw new InvalidManifestError(what, 'it is a manifest and an index at once');
  }
  const declared = declaredType?.split(';')[0]?.trim();
  const isIndex = ownType === undefined ? looksLikeIndex(json, declared) : indexTypes.includes(ownType);
  if (isIndex) {
    return {
      kind: 'index',
      mediaType: ownType ?? mediaTypes.ociIndex,
      index: validate(what, indexSchema, json),
    };
  }
  return {
    kind: 'manifest',
    mediaType: ownType ?? mediaTypes.ociManifest,
    manifest: validate(what, manifestSchema, json),
  };
}

/** @throws {@link InvalidManifestError} */
export function parseImageConfig(what: string, bytes: Uint8Array): ImageConfig {
  return validate(what, imageConfigSchema, parseJson(what, bytes));
}

/**
 * Checks a value against a schema. Null counts as absent, as it does for the Go programs that write these files.
 *
 * @throws {@link InvalidManifestError} naming the first field that is wrong
 */
export function validate<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  json: unknown,
): z.output<Schema> {
  const result = schema.safeParse(withoutNulls(json));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new InvalidManifestError(what, `${path === '' ? 'it' : path} is wrong: ${issue?.message ?? ''}`, {
    cause: result.error,
  });
}

/** @throws {@link InvalidManifestError} */
export function parseJson(what: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new InvalidManifestError(what, 'it is not JSON', { cause });
  }
}

/** An OCI manifest may leave its type out: then what it holds decides, as clients must not trust the declaration alone. */
function looksLikeIndex(json: object, declared: string | undefined): boolean {
  if ('manifests' in json && !('layers' in json)) return true;
  return declared !== undefined && indexTypes.includes(declared) && !('layers' in json);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutNulls(field)]),
  );
}
