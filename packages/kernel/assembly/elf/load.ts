import { GUEST_BIAS, PAGE_READ, PAGE_SHIFT, PAGE_SIZE_BYTES } from '../abi.gen';
import { OpenFile } from '../fs/api';
import { PROT_WRITE } from '../linux/mman';
import { AddressSpace } from '../mm/address-space';
import { END_PAGE, FIRST_PAGE } from '../mm/layout';
import { Program, Segment } from './program';

/** What `mapProgram` returns when the program does not fit. */
export const NO_ROOM: i64 = i64.MIN_VALUE;

/**
 * Maps a program into an address space.
 *
 * @param preferred - where a position-independent one should go, in pages
 * @returns the load bias in bytes, negative when it is moved downwards; or NO_ROOM
 */
export function mapProgram(mm: AddressSpace, program: Program, file: OpenFile, preferred: i32): i64 {
  const first = program.firstPage;
  const count = program.endPage - first;
  let start = first;
  if (program.isFixed) {
    if (first < FIRST_PAGE || !mm.isFree(first, first + count)) return NO_ROOM;
  } else {
    start = preferred + count <= END_PAGE && mm.isFree(preferred, preferred + count) ? preferred : mm.findFree(count, 16);
    if (start < 0) return NO_ROOM;
  }
  const bias = <i64>(start - first) << PAGE_SHIFT;
  for (let i = 0; i < program.segments.length; i++) {
    if (!mapSegment(mm, program.segments[i], file, start - first)) return NO_ROOM;
  }
  return bias;
}

function mapSegment(mm: AddressSpace, segment: Segment, file: OpenFile, shift: i32): bool {
  const start = segment.firstPage + shift;
  const fileEnd = segment.fileEndPage + shift;
  const end = segment.endPage + shift;
  if (fileEnd > start && segment.fileBytes > 0) {
    const mapping = mm.insert(start, fileEnd);
    if (mapping == null) return false;
    mapping.protection = segment.protection;
    mapping.file = file.retain();
    mapping.offset = <i64>(segment.fileOffset >> PAGE_SHIFT);
  }
  const zerosFrom = segment.fileBytes > 0 ? fileEnd : start;
  if (end > zerosFrom) {
    const mapping = mm.insert(zerosFrom, end);
    if (mapping == null) return false;
    mapping.protection = segment.protection;
  }
  return segment.memoryBytes <= segment.fileBytes || segment.fileBytes == 0 || clearTail(mm, segment, shift);
}

/** The rest of the last page that the file backs reads as zeros. */
function clearTail(mm: AddressSpace, segment: Segment, shift: i32): bool {
  const endOfFile = segment.address + segment.fileBytes + (<u64>(<i64>shift) << PAGE_SHIFT);
  const inPage = <i32>(endOfFile & (PAGE_SIZE_BYTES - 1));
  if (inPage == 0 || (segment.protection & PROT_WRITE) == 0) return true;
  const page = <i32>(endOfFile >> PAGE_SHIFT);
  if (mm.fault(page, PAGE_READ) != 0) return false;
  mm.slot.fill(<i32>endOfFile + GUEST_BIAS, 0, PAGE_SIZE_BYTES - inPage);
  return true;
}

