import { PAGE_SHIFT, PAGE_SIZE_BYTES } from '../abi.gen';
import { OpenFile } from '../fs/api';
import { EIO, ENOEXEC } from '../linux/errno';
import {
  E_ENTRY,
  E_MACHINE,
  E_PHENTSIZE,
  E_PHNUM,
  E_PHOFF,
  E_TYPE,
  E_VERSION,
  EHDR_SIZE,
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  EM_AARCH64,
  ET_DYN,
  ET_EXEC,
  P_FILESZ,
  P_FLAGS,
  P_MEMSZ,
  P_OFFSET,
  P_TYPE,
  P_VADDR,
  PF_R,
  PF_W,
  PF_X,
  PHDR_SIZE,
  PT_INTERP,
  PT_LOAD,
} from '../linux/elf';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../linux/mman';
import { byteString, lengthToZero } from '../memory/bytes';
import { END_PAGE } from '../mm/layout';

/** Program headers a file may have: Linux's limit is 64 KiB of them; real files have about ten. */
const MAX_HEADERS: i32 = 128;
const MAX_INTERPRETER: i32 = 4096;

/** A PT_LOAD segment, checked. Addresses relative to the load bias. */
export class Segment {
  constructor(
    readonly address: u64,
    readonly memoryBytes: u64,
    readonly fileOffset: u64,
    readonly fileBytes: u64,
    readonly protection: i32,
  ) {}

  get firstPage(): i32 {
    return <i32>(this.address >> PAGE_SHIFT);
  }
  /** Page behind the last one that the file backs. */
  get fileEndPage(): i32 {
    return <i32>((this.address + this.fileBytes + PAGE_SIZE_BYTES - 1) >> PAGE_SHIFT);
  }
  get endPage(): i32 {
    return <i32>((this.address + this.memoryBytes + PAGE_SIZE_BYTES - 1) >> PAGE_SHIFT);
  }
}

/** What an ELF file for Linux/arm64 says about how to load it. Every number has been checked. */
export class Program {
  readonly segments: Segment[] = [];
  isFixed: bool = false;
  entry: u64 = 0;
  headersAt: u64 = 0;
  headerCount: i32 = 0;
  interpreter: string | null = null;

  /** Pages of address space it covers: first, and behind the last. */
  get firstPage(): i32 {
    return this.segments[0].firstPage;
  }
  get endPage(): i32 {
    let end = 0;
    for (let i = 0; i < this.segments.length; i++) end = max(end, this.segments[i].endPage);
    return end;
  }
}

/** Why `parseProgram` returned null: a positive errno. */
export let programError: i32 = 0;

const headers: usize = memory.data(7168, 8); // MAX_HEADERS × PHDR_SIZE
const interpreterBuffer: usize = memory.data(4096, 8);

/**
 * Reads the headers of an executable or its interpreter.
 *
 * @returns null when it is not an ELF file this machine can run; `programError` says why
 * @source Linux fs/binfmt_elf.c, load_elf_binary
 */
export function parseProgram(file: OpenFile): Program | null {
  programError = ENOEXEC;
  const header = headers;
  if (file.readAt(0, header, EHDR_SIZE) != EHDR_SIZE) return null;
  if (load<u32>(header) != ELF_MAGIC) return null;
  if (load<u8>(header, 4) != ELFCLASS64 || load<u8>(header, 5) != ELFDATA2LSB || load<u8>(header, 6) != 1) return null;
  const type = load<u16>(header + E_TYPE);
  if (type != ET_EXEC && type != ET_DYN) return null;
  if (load<u16>(header + E_MACHINE) != EM_AARCH64 || load<u32>(header + E_VERSION) != 1) return null;
  if (load<u16>(header + E_PHENTSIZE) != PHDR_SIZE) return null;
  const count = <i32>load<u16>(header + E_PHNUM);
  if (count == 0 || count > MAX_HEADERS) return null;
  const program = new Program();
  program.isFixed = type == ET_EXEC;
  program.entry = load<u64>(header + E_ENTRY);
  program.headerCount = count;
  const offset = load<u64>(header + E_PHOFF);
  if (offset > <u64>i32.MAX_VALUE) return null;
  if (file.readAt(offset, headers, count * PHDR_SIZE) != count * PHDR_SIZE) return null;
  for (let i = 0; i < count; i++) {
    const at = headers + i * PHDR_SIZE;
    const kind = load<u32>(at + P_TYPE);
    if (kind == PT_LOAD) {
      if (!addSegment(program, at)) return null;
    } else if (kind == PT_INTERP && program.interpreter == null) {
      if (!readInterpreter(program, file, at)) return null;
    }
  }
  if (program.segments.length == 0) return null;
  findHeaders(program, offset);
  programError = 0;
  return program;
}

function addSegment(program: Program, at: usize): bool {
  const address = load<u64>(at + P_VADDR);
  const memoryBytes = load<u64>(at + P_MEMSZ);
  const fileOffset = load<u64>(at + P_OFFSET);
  const fileBytes = load<u64>(at + P_FILESZ);
  const limit = <u64>END_PAGE << PAGE_SHIFT;
  if (memoryBytes == 0) return true;
  if (fileBytes > memoryBytes) return false;
  if (address >= limit || memoryBytes > limit - address) return false;
  if (fileOffset > <u64>i64.MAX_VALUE - fileBytes) return false;
  if ((address & (PAGE_SIZE_BYTES - 1)) != (fileOffset & (PAGE_SIZE_BYTES - 1))) return false;
  const segments = program.segments;
  if (segments.length > 0) {
    const before = segments[segments.length - 1];
    if (address < before.address + before.memoryBytes) return false; // Linux wants ascending order as well
  }
  const flags = load<u32>(at + P_FLAGS);
  let protection = 0;
  if ((flags & PF_R) != 0) protection |= PROT_READ;
  if ((flags & PF_W) != 0) protection |= PROT_WRITE;
  if ((flags & PF_X) != 0) protection |= PROT_EXEC;
  segments.push(new Segment(address, memoryBytes, fileOffset, fileBytes, protection));
  return true;
}

function readInterpreter(program: Program, file: OpenFile, at: usize): bool {
  const length = load<u64>(at + P_FILESZ);
  const offset = load<u64>(at + P_OFFSET);
  if (length < 2 || length > <u64>MAX_INTERPRETER || offset > <u64>i64.MAX_VALUE) return false;
  if (file.readAt(<i64>offset, interpreterBuffer, <u32>length) != <i32>length) {
    programError = EIO;
    return false;
  }
  const name = lengthToZero(interpreterBuffer, <i32>length);
  if (name == <i32>length) return false; // must end with NUL
  program.interpreter = byteString(interpreterBuffer, name);
  return true;
}

/** Address of the program headers: in the segment that holds their file offset. */
function findHeaders(program: Program, offset: u64): void {
  for (let i = 0; i < program.segments.length; i++) {
    const segment = program.segments[i];
    if (offset >= segment.fileOffset && offset < segment.fileOffset + segment.fileBytes) {
      program.headersAt = segment.address + (offset - segment.fileOffset);
      return;
    }
  }
}

