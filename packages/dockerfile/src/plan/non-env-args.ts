/** Arguments that steer the builder and are never passed to RUN. */
export const NON_ENV_ARGS: ReadonlySet<string> = new Set([
  'BUILDKIT_SBOM_SCAN_CONTEXT',
  'BUILDKIT_SBOM_SCAN_STAGE',
]);
