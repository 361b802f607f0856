/**
 * Memory shared between address spaces. Every process has a memory of its own, so a shared page has copies: either one
 * copy that is writable and newest, or any number of read-only copies equal to the store (page frames, or the file).
 * The page permissions are the protocol: reading a page that another copy owns, or writing a page that has other copies,
 * faults; see `load` and `own`.
 */
import { GUEST_BIAS, PAGE_SHIFT, PAGE_SIZE_BYTES, PAGE_WRITE } from '../abi.gen';
import { Inode } from '../fs/api';
import { SIGBUS } from '../linux/signal';
import { allocateZeroedFrame, freeFrame } from '../memory/frames';
import { AddressSpace } from './address-space';
import { Mapping } from './mapping';

/** The one writable copy of a page. */
class Owner {
  constructor(
    readonly mm: AddressSpace,
    readonly page: i32,
  ) {}
}

/** One page between a file and a process. */
const buffer: usize = memory.data(4096, 16);

/** What a shared mapping maps: a file, or memory that only mappings name. */
export class SharedObject {
  private readonly owners: Map<i64, Owner> = new Map<i64, Owner>();
  private readonly frames: Map<i64, usize> = new Map<i64, usize>();
  private readonly mappings: Mapping[] = [];
  /** References besides mappings (a System V segment's table entry). */
  holders: i32 = 0;
  /** Tells futexes on different objects apart. */
  readonly id: u32 = ++lastId;

  /** @param inode - the file, or null for memory */
  constructor(
    readonly inode: Inode | null,
    readonly sizePages: i64,
  ) {}

  get mappingCount(): i32 {
    return this.mappings.length;
  }

  attach(mapping: Mapping): void {
    mapping.shared = this;
    this.mappings.push(mapping);
    const inode = this.inode;
    if (inode) {
      inode.hold();
      inode.sharedMappings++;
    }
  }

  detach(mapping: Mapping): void {
    const at = this.mappings.indexOf(mapping);
    if (at >= 0) this.mappings.splice(at, 1);
    mapping.shared = null;
    const inode = this.inode;
    this.freeIfUnused();
    if (inode) {
      inode.sharedMappings--;
      inode.drop();
    }
  }

  freeIfUnused(): void {
    if (this.mappings.length > 0 || this.holders > 0) return;
    const inode = this.inode;
    if (inode) fileObjects.delete(changetype<usize>(inode));
    const frames = this.frames.values();
    for (let i = 0; i < frames.length; i++) freeFrame(frames[i]);
    this.frames.clear();
  }

  /** Brings the newest content into a page of a mapping, read-only. @returns 0 or SIGBUS */
  load(mapping: Mapping, page: i32): i32 {
    const index = mapping.offset + (page - mapping.start);
    this.publish(index);
    const inode = this.inode;
    if (inode == null) {
      if (index >= this.sizePages) return SIGBUS;
      if (this.frames.has(index)) mapping.mm.writePage(page, this.frames.get(index));
      else mapping.mm.zeroPage(page);
      return 0;
    }
    const n = inode.readAt(index << PAGE_SHIFT, buffer, PAGE_SIZE_BYTES);
    if (n < 0 || index << PAGE_SHIFT >= inode.size) return SIGBUS;
    if (n < PAGE_SIZE_BYTES) memory.fill(buffer + n, 0, PAGE_SIZE_BYTES - n);
    mapping.mm.writePage(page, buffer);
    return 0;
  }

  /** Makes a loaded page of a mapping the only, writable copy. */
  own(mapping: Mapping, page: i32): void {
    const index = mapping.offset + (page - mapping.start);
    this.forgetCopies(index, mapping.mm, page);
    this.owners.set(index, new Owner(mapping.mm, page));
    mapping.mm.slot.setPages(page, 1, mapping.permissions);
  }

  /** Whether writes to this page of the mapping go unnoticed: it is the owner. */
  isOwner(mapping: Mapping, page: i32): bool {
    const index = mapping.offset + (page - mapping.start);
    if (!this.owners.has(index)) return false;
    const owner = this.owners.get(index);
    return owner.mm === mapping.mm && owner.page == page;
  }

  /** The page leaves its mapping: what only it knows is stored. */
  leave(mapping: Mapping, page: i32): void {
    if (this.isOwner(mapping, page)) this.publish(mapping.offset + (page - mapping.start));
  }

  /** Stores the newest content of a page; its owner becomes a read-only copy. */
  publish(index: i64): void {
    if (!this.owners.has(index)) return;
    const owner = this.owners.get(index);
    this.owners.delete(index);
    const offset = (owner.page << PAGE_SHIFT) + GUEST_BIAS;
    const mapping = owner.mm.find(owner.page);
    if (mapping) owner.mm.slot.setPages(owner.page, 1, mapping.permissions & ~PAGE_WRITE);
    const inode = this.inode;
    if (inode) {
        owner.mm.slot.read(offset, buffer, PAGE_SIZE_BYTES);
      const inFile = inode.size - (index << PAGE_SHIFT);
      if (inFile > 0) inode.writeAt(index << PAGE_SHIFT, buffer, <u32>min<i64>(inFile, PAGE_SIZE_BYTES));
      return;
    }
    let frame: usize = 0;
    if (this.frames.has(index)) frame = this.frames.get(index);
    else {
      frame = allocateZeroedFrame();
      if (frame == 0) return;
      this.frames.set(index, frame);
    }
    owner.mm.slot.read(offset, frame, PAGE_SIZE_BYTES);
  }

  publishAll(): void {
    const indices = this.owners.keys();
    for (let i = 0; i < indices.length; i++) this.publish(indices[i]);
  }

  /** Drops all copies of the pages `first` … `end` - 1, after the store has changed otherwise. */
  forgetRange(first: i64, end: i64): void {
    const indices = this.owners.keys();
    for (let i = 0; i < indices.length; i++) {
      if (indices[i] >= first && indices[i] < end) this.owners.delete(indices[i]);
    }
    for (let i = 0; i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      const shift = mapping.start - mapping.offset;
      const from = max<i64>(first, mapping.offset) + shift;
      const to = min<i64>(end, mapping.offset + (mapping.end - mapping.start)) + shift;
      if (from < to) mapping.mm.forgetPages(<i32>from, <i32>to);
    }
  }

  /** Drops the copies of a page, except one. */
  private forgetCopies(index: i64, mm: AddressSpace, page: i32): void {
    for (let i = 0; i < this.mappings.length; i++) {
      const mapping = this.mappings[i];
      const at = index - mapping.offset + mapping.start;
      if (at < mapping.start || at >= mapping.end) continue;
      if (mapping.mm === mm && at == page) continue;
      mapping.mm.forgetPages(<i32>at, <i32>at + 1);
    }
  }
}

let lastId: u32 = 0;

/** Objects of mapped files, by the inode's address (objects never move). */
const fileObjects = new Map<usize, SharedObject>();

/** The shared object of a file. */
export function sharedFile(inode: Inode): SharedObject {
  const key = changetype<usize>(inode);
  if (fileObjects.has(key)) return fileObjects.get(key);
  const object = new SharedObject(inode, 0);
  fileObjects.set(key, object);
  return object;
}

/** Fresh shared memory of zeros. */
export function sharedMemory(sizePages: i64): SharedObject {
  return new SharedObject(null, sizePages);
}

/**
 * Before read(2), write(2), truncate(2) of a file that is mapped shared: what mappings wrote goes to the file, and they load
 * it anew when touched next.
 */
export function syncSharedMappings(inode: Inode): void {
  const key = changetype<usize>(inode);
  if (!fileObjects.has(key)) return;
  const object = fileObjects.get(key);
  object.publishAll();
  object.forgetRange(0, i64.MAX_VALUE);
}
