import { type Digest, isDigest } from '@boxer/foundation';
import * as z from 'zod';

const digest = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'must be a sha256 digest',
);
const sizeBytes = z.int().min(0);
const annotations = z.record(z.string(), z.string());
const text = z.string();
const list = z.array(z.string());
/** A set of keys, which Go writes as objects without fields. */
const keySet = z.record(
  z.string(),
  z.unknown().transform((): Record<string, never> => ({})),
);

const platformSchema = z.object({
  architecture: text,
  os: text,
  variant: z.exactOptional(text),
});

/** @source OCI image-spec v1.1.0, descriptor.md */
export const descriptorSchema = z.object({
  mediaType: text,
  digest,
  size: sizeBytes,
  annotations: z.exactOptional(annotations),
  platform: z.exactOptional(platformSchema),
  artifactType: z.exactOptional(text),
});

/** @source OCI image-spec v1.1.0, image-index.md */
export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.exactOptional(text),
  manifests: z.prefault(z.array(descriptorSchema), []),
  annotations: z.exactOptional(annotations),
});

/** @source OCI image-spec v1.1.0, manifest.md */
export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.exactOptional(text),
  config: descriptorSchema,
  layers: z.prefault(z.array(descriptorSchema), []),
  annotations: z.exactOptional(annotations),
});

const healthcheckSchema = z.object({
  Test: z.exactOptional(list),
  Interval: z.exactOptional(z.number()),
  Timeout: z.exactOptional(z.number()),
  StartPeriod: z.exactOptional(z.number()),
  StartInterval: z.exactOptional(z.number()),
  Retries: z.exactOptional(z.number()),
});

const containerConfigSchema = z.object({
  User: z.exactOptional(text),
  ExposedPorts: z.exactOptional(keySet),
  Env: z.exactOptional(list),
  Entrypoint: z.exactOptional(list),
  Cmd: z.exactOptional(list),
  Volumes: z.exactOptional(keySet),
  WorkingDir: z.exactOptional(text),
  Labels: z.exactOptional(annotations),
  StopSignal: z.exactOptional(text),
  Shell: z.exactOptional(list),
  Healthcheck: z.exactOptional(healthcheckSchema),
  OnBuild: z.exactOptional(list),
  ArgsEscaped: z.exactOptional(z.boolean()),
});

const historySchema = z.object({
  created: z.exactOptional(text),
  author: z.exactOptional(text),
  created_by: z.exactOptional(text),
  comment: z.exactOptional(text),
  empty_layer: z.exactOptional(z.boolean()),
});

/** @source OCI image-spec v1.1.0, config.md; the Docker fields of github.com/moby/docker-image-spec */
export const imageConfigSchema = z.object({
  created: z.exactOptional(text),
  author: z.exactOptional(text),
  architecture: text,
  os: text,
  variant: z.exactOptional(text),
  'os.version': z.exactOptional(text),
  'os.features': z.exactOptional(list),
  config: z.prefault(containerConfigSchema, {}),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.prefault(z.array(digest), []) }),
  history: z.exactOptional(z.array(historySchema)),
});

/** @source docker save; moby image/tarexport, "manifest.json" */
export const dockerArchiveSchema = z.array(
  z.object({ Config: text, RepoTags: z.exactOptional(list), Layers: z.prefault(list, []) }),
);

export const ociLayoutSchema = z.object({ imageLayoutVersion: text });

export type Descriptor = z.output<typeof descriptorSchema>;
export type ImageIndex = z.output<typeof indexSchema>;
export type ImageManifest = z.output<typeof manifestSchema>;
/** What an image says about itself: how to run it, what it consists of. Keys are those of the OCI image config. */
export type ImageConfig = z.output<typeof imageConfigSchema>;
export type ContainerConfig = ImageConfig['config'];
