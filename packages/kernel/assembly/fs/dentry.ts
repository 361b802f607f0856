import { hashName, sameBytes } from './bytes';
import { Inode } from './inode';

let nextId: u32 = 1;

/**
 * A name in a directory. In-memory filesystems keep their tree in dentries; others make them on demand. Dentries that
 * are `hashed` are found through one global table by (directory, name).
 */
export class Dentry {
  readonly id: u32 = nextId++;
  /** Children of a directory in the order they came. */
  firstChild: Dentry | null = null;
  lastChild: Dentry | null = null;
  nextSibling: Dentry | null = null;
  previousSibling: Dentry | null = null;
  hashNext: Dentry | null = null;
  hashed: bool = false;
  /** Position in a directory listing; rises along the list of children. */
  cookie: i64 = 0;
  /** The name has been removed: open files live on without it. */
  gone: bool = false;
  /** Something is mounted here (on any mount): see mount.ts. */
  mountpoint: bool = false;
  /** Inode of the lower tree not yet instantiated (see overlay). */
  lower: u32 = 0;
  /** Keeps the bytes of a name of its own alive. */
  private ownName: StaticArray<u8> | null = null;

  /** `name` must stay valid as long as the entry does; see {@link named} for copies. */
  constructor(
    public parent: Dentry | null,
    public name: usize,
    public nameLength: u32,
    public inode: Inode | null,
  ) {}

  /** The inode of an entry that is known to have one. */
  // @ts-ignore: decorator
  @inline
  get node(): Inode {
    return changetype<Inode>(changetype<usize>(this.inode));
  }

  /** An entry with a copy of the name. */
  static named(parent: Dentry | null, name: usize, length: u32, inode: Inode | null): Dentry {
    const entry = new Dentry(parent, 0, 0, inode);
    entry.rename(name, length);
    return entry;
  }

  /** Gives it another name; the bytes are copied. */
  rename(name: usize, length: u32): void {
    const copy = new StaticArray<u8>(length);
    memory.copy(changetype<usize>(copy), name, length);
    this.ownName = copy;
    this.name = changetype<usize>(copy);
    this.nameLength = length;
  }

  /** Two entries that are in no directory exchange their names. */
  swapNames(other: Dentry): void {
    const ownName = this.ownName;
    const name = this.name;
    const nameLength = this.nameLength;
    this.ownName = other.ownName;
    this.name = other.name;
    this.nameLength = other.nameLength;
    other.ownName = ownName;
    other.name = name;
    other.nameLength = nameLength;
  }

  /** Appends a child to the list of children and to the table of names. */
  addChild(child: Dentry): void {
    child.parent = this;
    const last = this.lastChild;
    child.previousSibling = last;
    child.nextSibling = null;
    child.cookie = last ? last.cookie + 1 : 3; // 1 and 2 are "." and ".."
    if (last) last.nextSibling = child;
    else this.firstChild = child;
    this.lastChild = child;
    insertHash(child);
  }

  /** Takes a child off the list of children and the table of names. */
  removeChild(child: Dentry): void {
    const previous = child.previousSibling;
    const next = child.nextSibling;
    if (previous) previous.nextSibling = next;
    else this.firstChild = next;
    if (next) next.previousSibling = previous;
    else this.lastChild = previous;
    child.previousSibling = null;
    child.nextSibling = null;
    removeHash(child);
  }

  /** Whether `this` is `other` or lies below it. */
  isWithin(other: Dentry): bool {
    let at: Dentry | null = this;
    while (at) {
      if (at === other) return true;
      at = at.parent;
    }
    return false;
  }
}

let buckets: StaticArray<Dentry | null> = new StaticArray<Dentry | null>(4096);
let count: u32 = 0;

/** @returns the entry of that name in the directory, if it is in the table */
export function findHashed(parent: Dentry, name: usize, length: u32): Dentry | null {
  const hash = hashName(parent.id, name, length);
  let at = unchecked(buckets[hash & (buckets.length - 1)]);
  while (at) {
    if (at.parent === parent && at.nameLength == length && sameBytes(at.name, name, length)) return at;
    at = at.hashNext;
  }
  return null;
}

function insertHash(dentry: Dentry): void {
  if (++count > <u32>buckets.length) growTable();
  const parent = dentry.parent;
  const hash = hashName(parent ? parent.id : 0, dentry.name, dentry.nameLength) & (buckets.length - 1);
  dentry.hashNext = unchecked(buckets[hash]);
  unchecked((buckets[hash] = dentry));
  dentry.hashed = true;
}

function removeHash(dentry: Dentry): void {
  if (!dentry.hashed) return;
  const parent = dentry.parent;
  const hash = hashName(parent ? parent.id : 0, dentry.name, dentry.nameLength) & (buckets.length - 1);
  let at = unchecked(buckets[hash]);
  if (at === dentry) unchecked((buckets[hash] = dentry.hashNext));
  else {
    while (at) {
      const next = at.hashNext;
      if (next === dentry) {
        at.hashNext = dentry.hashNext;
        break;
      }
      at = next;
    }
  }
  dentry.hashNext = null;
  dentry.hashed = false;
  count--;
}

function growTable(): void {
  const old = buckets;
  buckets = new StaticArray<Dentry | null>(old.length * 4);
  for (let i = 0; i < old.length; i++) {
    let at = unchecked(old[i]);
    while (at) {
      const next = at.hashNext;
      const parent = at.parent;
      const hash = hashName(parent ? parent.id : 0, at.name, at.nameLength) & (buckets.length - 1);
      at.hashNext = unchecked(buckets[hash]);
      unchecked((buckets[hash] = at));
      at = next;
    }
  }
}
