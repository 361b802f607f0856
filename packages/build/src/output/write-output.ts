import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeLayerTar } from '@boxer/fsimage';
import type { BuildOutput } from '../build-options.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FinishedImage } from './finish-image.ts';
import { moveFile } from './move-file.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';
import { writeComponentOutput } from './write-component-output.ts';
import { writeImageArchive } from './write-image-archive.ts';
import { writeLocalDirectory } from './write-local-directory.ts';

/**
 * Writes an image in the form that was asked for. Files are written in the work directory and moved when they are
 * complete, so that a build that is killed leaves nothing beside its output.
 */
export async function writeOutput(
  image: FinishedImage,
  output: BuildOutput,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  await mkdir(dirname(output.dest), { recursive: true });
  if (output.type === 'local') return writeLocalDirectory(await image.tree(), output.dest, environment);
  const path = join(environment.workDirectory, 'output');
  const written = await writeFileOutput(image, output.type, path, environment);
  await moveFile(path, output.dest);
  return written;
}

async function writeFileOutput(
  image: FinishedImage,
  type: Exclude<BuildOutput['type'], 'local'>,
  path: string,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  switch (type) {
    case 'component':
      return writeComponentOutput(image, path, environment);
    case 'oci':
    case 'docker':
      return writeImageArchive(image, type, path, environment);
    case 'tar':
      return writeFileAtomically(path, writeLayerTar(await image.tree()));
  }
}
