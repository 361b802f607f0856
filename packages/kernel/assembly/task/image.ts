/** Makes the address space of a program that is about to start: its segments, its interpreter, its stack. */
import { CPU_AT, CPU_PC, CPU_SP, PAGE_SHIFT, PAGE_SIZE_BYTES } from '../abi.gen';
import { mapProgram, NO_ROOM } from '../elf/load';
import { parseProgram, programError } from '../elf/program';
import { openError, openForExec, OpenFile } from '../fs/api';
import {
  AT_BASE,
  AT_CLKTCK,
  AT_EGID,
  AT_ENTRY,
  AT_EUID,
  AT_EXECFN,
  AT_FLAGS,
  AT_GID,
  AT_HWCAP,
  AT_HWCAP2,
  AT_NULL,
  AT_PAGESZ,
  AT_PHDR,
  AT_PHENT,
  AT_PHNUM,
  AT_PLATFORM,
  AT_RANDOM,
  AT_SECURE,
  AT_UID,
  HWCAP,
} from '../linux/auxv';
import { PHDR_SIZE } from '../linux/elf';
import { EAGAIN, ELIBBAD, ENOMEM } from '../linux/errno';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../linux/mman';
import { storeByteString } from '../memory/bytes';
import { AddressSpace } from '../mm/address-space';
import { END_PAGE, HEAP_PAGES, PROGRAM_PAGE, STACK_GUARD_PAGES, STACK_PAGES } from '../mm/layout';
import { MappingKind } from '../mm/mapping';
import { allocateState } from '../process/cpu-state';
import { acquireSlot } from '../process/slots';
import { fillRandom } from '../wasi/random';
import { Credentials } from './credentials';
import { Task } from './task';

/** A program ready to run. */
export class Image {
  constructor(
    readonly mm: AddressSpace,
    /** CPU state in kernel memory. */
    readonly state: usize,
  ) {}
}

/** Why `makeImage` returned null: a positive errno. */
export let imageError: i32 = 0;

const WORD: i32 = 8;
const AUXILIARY_ENTRIES: i32 = 20;

/**
 * @param path - what AT_EXECFN says
 * @param file - the executable; the image keeps a reference of its own
 */
export function makeImage(
  task: Task,
  path: string,
  file: OpenFile,
  argv: string[],
  environment: string[],
  credentials: Credentials,
  secure: bool,
): Image | null {
  const program = parseProgram(file);
  if (program == null) {
    imageError = programError;
    return null;
  }
  let interpreterFile: OpenFile | null = null;
  const interpreterPath = program.interpreter;
  if (interpreterPath != null) {
    interpreterFile = openForExec(task, interpreterPath);
    if (interpreterFile == null) {
      imageError = openError();
      return null;
    }
  }
  const slot = acquireSlot();
  if (slot == null) {
    imageError = EAGAIN;
    if (interpreterFile) interpreterFile.release();
    return null;
  }
  const mm = new AddressSpace(slot);
  imageError = 0;
  const builder = new ImageBuilder(mm, path, argv, environment, credentials, secure);
  const bias = mapProgram(mm, program, file, PROGRAM_PAGE);
  let entry = program.entry + <u64>bias;
  if (bias == NO_ROOM) imageError = ENOMEM;
  else {
    builder.placeAreas(program.endPage + <i32>(bias >> PAGE_SHIFT));
    builder.headersAt = program.headersAt + <u64>bias;
    builder.headerCount = program.headerCount;
    builder.entry = entry;
    if (interpreterFile != null) entry = builder.addInterpreter(interpreterFile);
  }
  if (interpreterFile) interpreterFile.release();
  const sp = imageError == 0 ? builder.buildStack() : 0;
  if (imageError != 0) {
    mm.leave();
    return null;
  }
  mm.execute(file);
  const state = allocateState();
  store<u64>(state + (CPU_PC - CPU_AT), entry);
  store<u64>(state + (CPU_SP - CPU_AT), sp);
  return new Image(mm, state);
}

class ImageBuilder {
  headersAt: u64 = 0;
  headerCount: i32 = 0;
  entry: u64 = 0;
  private interpreterBase: u64 = 0;
  private stackEnd: u64 = 0;

  constructor(
    private readonly mm: AddressSpace,
    private readonly path: string,
    private readonly argv: string[],
    private readonly environment: string[],
    private readonly credentials: Credentials,
    private readonly secure: bool,
  ) {}

  /** Heap, stack, signal return page and the start of the mmap area follow the program. */
  placeAreas(programEnd: i32): void {
    const mm = this.mm;
    mm.heapStart = <u64>programEnd << PAGE_SHIFT;
    mm.heapEnd = mm.heapStart;
    mm.heapLimit = <u64>(programEnd + HEAP_PAGES) << PAGE_SHIFT;
    const stackStart = programEnd + HEAP_PAGES + STACK_GUARD_PAGES;
    const stackEnd = stackStart + STACK_PAGES;
    if (stackEnd + 2 >= END_PAGE) {
      imageError = ENOMEM;
      return;
    }
    const stack = mm.insert(stackStart, stackEnd)!;
    stack.protection = PROT_READ | PROT_WRITE;
    stack.kind = MappingKind.stack;
    this.stackEnd = <u64>stackEnd << PAGE_SHIFT;
    this.addSignalReturn(stackEnd + 1);
    mm.areaStart = stackEnd + 2;
  }

  /** A page with the two instructions that debuggers and unwinders know: mov x8, #139 (rt_sigreturn); svc #0. */
  private addSignalReturn(page: i32): void {
    const mm = this.mm;
    const mapping = mm.insert(page, page + 1)!;
    mapping.kind = MappingKind.vdso;
    mapping.protection = PROT_READ | PROT_WRITE;
    mm.signalReturnAt = <u64>page << PAGE_SHIFT;
    const words = memory.data(8, 8);
    store<u32>(words, 0xd2801168);
    store<u32>(words, 0xd4000001, 4);
    if (!mm.writeBytes(mm.signalReturnAt, words, 8)) imageError = ENOMEM;
    mm.protect(page, page + 1, PROT_READ | PROT_EXEC);
  }

  /** @returns its entry point */
  addInterpreter(file: OpenFile): u64 {
    const program = parseProgram(file);
    if (program == null) {
      imageError = ELIBBAD;
      return 0;
    }
    const bias = mapProgram(this.mm, program, file, this.mm.areaStart);
    if (bias == NO_ROOM) {
      imageError = ENOMEM;
      return 0;
    }
    this.interpreterBase = <u64>bias;
    return program.entry + <u64>bias;
  }

  /**
   * Strings, auxiliary vector, pointers and argc, as the AArch64 ABI wants them at entry.
   *
   * @returns the stack pointer
   */
  buildStack(): u64 {
    const platform = 'aarch64';
    let stringBytes = this.path.length + 1 + platform.length + 1 + 16;
    for (let i = 0; i < this.argv.length; i++) stringBytes += this.argv[i].length + 1;
    for (let i = 0; i < this.environment.length; i++) stringBytes += this.environment[i].length + 1;
    stringBytes = (stringBytes + WORD + 15) & ~15;
    const words = 1 + this.argv.length + 1 + this.environment.length + 1 + AUXILIARY_ENTRIES * 2;
    const wordBytes = (words * WORD + 15) & ~15;
    const total = stringBytes + wordBytes;
    const image = heap.alloc(total);
    memory.fill(image, 0, total);
    const sp = this.stackEnd - total;
    const toGuest = sp - image;
    const mm = this.mm;

    let strings = image + wordBytes;
    const randomAt = strings;
    fillRandom(randomAt, 16);
    strings += 16;
    const platformAt = strings;
    strings += storeByteString(platform, strings) + 1;
    let word = image;
    store<u64>(word, this.argv.length);
    word += WORD;
    mm.argumentsStart = strings + toGuest;
    for (let i = 0; i < this.argv.length; i++) {
      store<u64>(word, strings + toGuest);
      word += WORD;
      strings += storeByteString(this.argv[i], strings) + 1;
    }
    mm.argumentsEnd = strings + toGuest;
    word += WORD;
    mm.environmentStart = strings + toGuest;
    for (let i = 0; i < this.environment.length; i++) {
      store<u64>(word, strings + toGuest);
      word += WORD;
      strings += storeByteString(this.environment[i], strings) + 1;
    }
    mm.environmentEnd = strings + toGuest;
    word += WORD;
    const pathAt = strings;
    storeByteString(this.path, strings);

    const auxiliary = this.auxiliaryVector(randomAt + toGuest, platformAt + toGuest, pathAt + toGuest);
    mm.auxiliary = auxiliary;
    memory.copy(word, changetype<usize>(auxiliary), auxiliary.length * WORD);
    mm.stackStart = sp;
    if (!mm.writeBytes(sp, image, total)) imageError = ENOMEM;
    heap.free(image);
    return sp;
  }

  private auxiliaryVector(randomAt: u64, platformAt: u64, pathAt: u64): StaticArray<u64> {
    const who = this.credentials;
    const pairs: StaticArray<u64> = [
      AT_HWCAP,
      HWCAP,
      AT_PAGESZ,
      PAGE_SIZE_BYTES,
      AT_CLKTCK,
      100,
      AT_PHDR,
      this.headersAt,
      AT_PHENT,
      PHDR_SIZE,
      AT_PHNUM,
      this.headerCount,
      AT_BASE,
      this.interpreterBase,
      AT_FLAGS,
      0,
      AT_ENTRY,
      this.entry,
      AT_UID,
      who.uid,
      AT_EUID,
      who.euid,
      AT_GID,
      who.gid,
      AT_EGID,
      who.egid,
      AT_SECURE,
      this.secure ? 1 : 0,
      AT_RANDOM,
      randomAt,
      AT_HWCAP2,
      0,
      AT_EXECFN,
      pathAt,
      AT_PLATFORM,
      platformAt,
      AT_NULL,
      0,
    ];
    return pairs;
  }
}
