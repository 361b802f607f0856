import { dirname, join } from 'node:path';
import { writeLayerTar } from '@boxer/fsimage';
import { makeDirectories, writeFileAtomically } from '@boxer/foundation';
import type { BuildOutput } from '../build-options.ts';
import { outputError } from './check-output.ts';
import type { FinishedImage } from './finish-image.ts';
import { moveFile } from './move-file.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';
import { KnownOutputs } from './known-outputs.ts';
import { componentKey, writeComponentOutput } from './write-component-output.ts';
import { writeImageArchive } from './write-image-archive.ts';
import { writeLocalDirectory } from './write-local-directory.ts';

/**
 * Writes an image in the form that was asked for. Files are written in the work directory and moved when they are
 * complete, so that a build that is killed leaves nothing beside its output.
 *
 * @throws OutputError
 */
export async function writeOutput(
  image: FinishedImage,
  output: BuildOutput,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  const { type, dest } = output;
  try {
    makeDirectories(dirname(dest));
    if (type === 'local') return await writeLocalDirectory(await image.tree(), dest, environment);
    if (type === 'component') return await writeComponentOnce(image, dest, environment);
    return await moveInto(dest, environment, (path) => writeFileOutput(image, type, path, environment));
  } catch (error) {
    throw outputError(dest, error);
  }
}

/** What is there already, from a build of the same, is left alone. */
async function writeComponentOnce(
  image: FinishedImage,
  dest: string,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  const known = new KnownOutputs(join(environment.cacheDirectory, 'outputs'));
  const key = await componentKey(image, environment.aot);
  const found = await known.find(dest, key);
  if (found !== undefined) {
    environment.job.cached();
    return found;
  }
  const written = await moveInto(dest, environment, (path) => writeComponentOutput(image, path, environment));
  await known.store(dest, key, written);
  return written;
}

async function moveInto(
  dest: string,
  { workDirectory }: OutputEnvironment,
  write: (path: string) => Promise<WrittenOutput>,
): Promise<WrittenOutput> {
  const path = join(workDirectory, 'output');
  const written = await write(path);
  await moveFile(path, dest);
  return written;
}

async function writeFileOutput(
  image: FinishedImage,
  type: Exclude<BuildOutput['type'], 'local' | 'component'>,
  path: string,
  environment: OutputEnvironment,
): Promise<WrittenOutput> {
  switch (type) {
    case 'oci':
    case 'docker':
      return writeImageArchive(image, type, path, environment);
    case 'tar':
      return writeFileAtomically(path, writeLayerTar(await image.tree()));
  }
}
