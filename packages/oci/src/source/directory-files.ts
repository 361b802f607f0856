import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArchiveError } from '../errors.ts';
import type { ImageFiles } from './image-files.ts';

/** @throws {@link InvalidArchiveError} when `directory` is none */
export async function openDirectoryFiles(directory: string): Promise<ImageFiles> {
  const found = await stat(directory).catch((cause: unknown) => {
    throw new InvalidArchiveError(directory, 'there is no such directory', { cause });
  });
  if (!found.isDirectory()) throw new InvalidArchiveError(directory, 'it is not a directory');
  return {
    description: directory,
    async sizeOf(name) {
      const file = await stat(join(directory, name)).catch(() => undefined);
      return file?.isFile() === true ? file.size : undefined;
    },
    async *read(name, offset = 0) {
      try {
        for await (const chunk of createReadStream(join(directory, name), { start: offset }))
          yield chunk as Buffer;
      } catch (cause) {
        throw new InvalidArchiveError(directory, `${name} cannot be read`, { cause });
      }
    },
    close: async () => undefined,
  };
}
