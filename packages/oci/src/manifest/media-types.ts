/** @source OCI image-spec v1.1.0, media-types.md; Docker image manifest v2 schema 2 */
export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

export const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerList];
export const manifestTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
export const configTypes: readonly string[] = [mediaTypes.ociConfig, mediaTypes.dockerConfig];

/** Layers are decompressed by content: some tools mark gzip layers as plain ones, and the other way round. */
const LAYER_TYPE =
  /^application\/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](?:gzip|zstd))?$/;

/** @returns whether a blob of this type is a tar of files, as opposed to an artifact or an encrypted layer */
export function isLayerType(mediaType: string): boolean {
  return LAYER_TYPE.test(mediaType);
}
