import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '@boxer/foundation';
import { writeLayerTar } from '@boxer/fsimage';
import type { BuildOutput } from '../build-options.ts';
import type { Job } from '../progress/progress.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FinishedImage } from './finish-image.ts';
import { writeComponentOutput } from './write-component-output.ts';
import { writeImageArchive } from './write-image-archive.ts';
import { writeLocalDirectory } from './write-local-directory.ts';

/** What writing needs from the build around it. */
export interface OutputEnvironment {
  readonly cacheDirectory: string;
  readonly workDirectory: string;
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
}

/** What was written, and how to name it. */
export interface WrittenOutput {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Writes an image in the form that was asked for. */
export async function writeOutput(
  image: FinishedImage,
  output: BuildOutput,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  await mkdir(dirname(output.dest), { recursive: true });
  switch (output.type) {
    case 'component':
      return writeComponentOutput(image, output.dest, environment);
    case 'oci':
    case 'docker':
      return writeImageArchive(image, output.type, output.dest, environment);
    case 'tar':
      return writeFileAtomically(output.dest, writeLayerTar(image.tree));
    case 'local':
      return writeLocalDirectory(image.tree, output.dest, environment);
  }
}
