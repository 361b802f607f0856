import { byteString } from '../memory/bytes';
import { Path, pathText } from './path';
import { rootPlace } from './lookup';

/** PROT_WRITE of mmap(2). */
export const MAP_PROT_WRITE: i32 = 2;

const buffer: usize = memory.data(4096 + 16, 8);

/** Absolute path of a place as a byte string. */
export function pathString(place: Path): string {
  const length = pathText(place, rootPlace(), buffer, 4096);
  return length < 0 ? '' : byteString(buffer, length);
}
