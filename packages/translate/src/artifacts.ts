import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MissingArtifactError } from './errors.ts';

/**
 * What the package's build generates into dist/:
 * `process`: the process module, all functions exported;
 * `processSlot`: the same, registering itself in the kernel's table from its start function;
 * `support`: what both import as "support".
 */
export const artifacts = {
  process: 'process.wasm',
  processSlot: 'process-slot.wasm',
  support: 'support.wasm',
} as const;

export type Artifact = keyof typeof artifacts;

/** Sources and compiled files lie equally deep, so that the path is the same from both. */
const distFolder = new URL('../dist/', import.meta.url);

/** @returns where the build puts a generated module */
export function artifactPath(artifact: Artifact): string {
  return fileURLToPath(new URL(artifacts[artifact], distFolder));
}

/** @throws {@link MissingArtifactError} when the package has not been built */
export async function readArtifact(artifact: Artifact): Promise<Uint8Array<ArrayBuffer>> {
  const path = artifactPath(artifact);
  try {
    return Uint8Array.from(await readFile(path));
  } catch (cause) {
    throw new MissingArtifactError(path, cause);
  }
}
