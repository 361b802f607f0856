import { InvalidArchiveError } from '../errors.ts';
import type { ImageFiles } from './image-files.ts';

/** @throws {@link InvalidArchiveError} when the file is missing or longer than `limitBytes` */
export async function readSmallFile(files: ImageFiles, name: string, limitBytes: number): Promise<Buffer> {
  const size = await files.sizeOf(name);
  if (size === undefined) throw new InvalidArchiveError(files.description, `there is no ${name}`);
  if (size > limitBytes)
    throw new InvalidArchiveError(files.description, `${name} is longer than ${limitBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
