import { PAGE_EXECUTE, PAGE_READ, PAGE_WRITE } from '../abi.gen';
import { Inode, OpenFile } from '../fs/api';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../linux/mman';
import { AddressSpace } from './address-space';
import { SharedObject } from './shared-mappings';

/** What a stretch of addresses is, apart from what backs it. */
export const enum MappingKind {
  plain = 0,
  heap = 1,
  stack = 2,
  vdso = 3,
  /** Memory of the engine (predecoded code): invisible to the guest, never replaced. */
  engine = 4,
  /** Nothing is mapped, but the pages belong to a window. */
  reserved = 5,
}

/** A stretch of guest pages with one backing and one protection: what a line of /proc/PID/maps shows. */
export class Mapping {
  kind: MappingKind = MappingKind.plain;
  /** PROT_READ | PROT_WRITE | PROT_EXEC. */
  protection: i32 = 0;
  /** File behind the mapping; null: zeros. */
  file: OpenFile | null = null;
  /** Page of the file (or shared object) at `start`. */
  offset: i64 = 0;
  /** MAP_SHARED. */
  shared: SharedObject | null = null;
  /** The file was opened for writing: mprotect may make the shared mapping writable. */
  mayWrite: bool = true;
  /** madvise(MADV_DONTFORK). */
  dontFork: bool = false;
  /** madvise(MADV_WIPEONFORK). */
  wipeOnFork: bool = false;
  /** System V shared memory segment, or -1. */
  segment: i32 = -1;

  constructor(
    readonly mm: AddressSpace,
    /** First page. */
    public start: i32,
    /** Page behind the last. */
    public end: i32,
  ) {}

  get inode(): Inode | null {
    const file = this.file;
    return file ? file.inode : null;
  }

  /** Permission byte of a present page. Linux/arm64 makes every accessible page readable. */
  get permissions(): i32 {
    let bits = 0;
    if ((this.protection & (PROT_READ | PROT_WRITE | PROT_EXEC)) != 0) bits |= PAGE_READ;
    if ((this.protection & PROT_WRITE) != 0) bits |= PAGE_WRITE;
    if ((this.protection & PROT_EXEC) != 0) bits |= PAGE_EXECUTE;
    return bits;
  }

  /** Takes over everything but the place: this maps, from page `offset` of the backing on, what `other` maps. */
  copyFrom(other: Mapping, offset: i64): void {
    this.kind = other.kind;
    this.protection = other.protection;
    this.offset = offset;
    this.mayWrite = other.mayWrite;
    this.dontFork = other.dontFork;
    this.wipeOnFork = other.wipeOnFork;
    this.segment = other.segment;
    const file = other.file;
    if (file) this.file = file.retain();
    const shared = other.shared;
    if (shared) shared.attach(this);
  }

  /** A piece of this mapping. */
  piece(start: i32, end: i32): Mapping {
    const piece = new Mapping(this.mm, start, end);
    piece.copyFrom(this, this.offset + (start - this.start));
    return piece;
  }

  /** The mapping is gone from its address space. */
  release(): void {
    const shared = this.shared;
    if (shared) shared.detach(this);
    const file = this.file;
    if (file) file.release();
    this.file = null;
  }

  /** Whether `next`, which starts where this ends, continues it. */
  continuesWith(next: Mapping): bool {
    return (
      this.end == next.start &&
      this.protection == next.protection &&
      this.kind == next.kind &&
      this.file === next.file &&
      this.shared === next.shared &&
      this.mayWrite == next.mayWrite &&
      this.dontFork == next.dontFork &&
      this.wipeOnFork == next.wipeOnFork &&
      this.segment == next.segment &&
      ((this.file == null && this.shared == null) || this.offset + (this.end - this.start) == next.offset)
    );
  }
}
