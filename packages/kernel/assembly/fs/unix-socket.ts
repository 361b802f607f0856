import { EADDRINUSE, ECONNREFUSED, EINVAL, EPROTOTYPE } from '../linux/errno';
import { AT_FDCWD } from '../linux/open-flags';
import { AF_UNIX } from '../linux/socket';
import { S_IFMT, S_IFSOCK } from '../linux/stat';
import { byteString } from '../memory/bytes';
import { Task } from '../task/task';
import { inheritGroup, inheritMode, mayAccess, MAY_WRITE } from './permissions';
import { MemoryInode } from './memory-inode';
import { mayCreateIn } from './open';
import { failWith, lastError } from './result';
import { Path } from './path';
import { Socket, SOCKET_FLAGS, socketPlace } from './socket';
import { SocketAddress } from './socket-address';
import { firstWalk, FOLLOW, LastKind, MAY_MISS, NAME_ITSELF, walkPath } from './walk';

/** Sockets with an abstract name. */
const abstractSockets: Map<string, UnixSocket> = new Map<string, UnixSocket>();
let nextAutoName: u32 = 1;

/** Length of the path in a sockaddr_un of `length` bytes. */
function pathLength(at: usize, length: u32): u32 {
  let n: u32 = 0;
  while (n + 2 < length && load<u8>(at + 2 + n) != 0) n++;
  return n;
}

const nameBuffer: usize = memory.data(128, 8);

/** @source unix(7) */
export class UnixSocket extends Socket {
  private boundInode: MemoryInode | null = null;
  private abstractName: string = '';

  constructor(place: Path, flags: u32, type: i32) {
    super(place, flags, AF_UNIX, type, 0);
  }

  bind(task: Task, at: usize, length: u32): i32 {
    if (load<u16>(at) != AF_UNIX || length > 110) return -EINVAL;
    if (length > 2 && load<u8>(at + 2) != 0) return this.bindPath(task, at, pathLength(at, length));
    if (this.local) return -EINVAL;
    if (length <= 2) return this.bindAbstractly();
    const name = byteString(at + 3, length - 3);
    if (abstractSockets.has(name)) return -EADDRINUSE;
    this.abstractName = name;
    abstractSockets.set(name, this);
    this.local = SocketAddress.of(at, length);
    return 0;
  }

  /** Autobind: a free abstract name of five hexadecimal digits. */
  private bindAbstractly(): i32 {
    let name = '';
    do name = (nextAutoName++ & 0xfffff).toString(16).padStart(5, '0');
    while (abstractSockets.has(name));
    this.abstractName = name;
    abstractSockets.set(name, this);
    store<u16>(nameBuffer, <u16>AF_UNIX);
    store<u8>(nameBuffer + 2, 0);
    for (let i = 0; i < 5; i++) store<u8>(nameBuffer + 3 + i, <u8>name.charCodeAt(i));
    this.local = SocketAddress.of(nameBuffer, 8);
    return 0;
  }

  private bindPath(task: Task, at: usize, length: u32): i32 {
    const walk = firstWalk;
    const problem = walkPath(task, AT_FDCWD, at + 2, length, MAY_MISS | NAME_ITSELF, walk);
    if (problem != 0) return problem;
    if (walk.kind != LastKind.name || walk.dentry != null) return -EADDRINUSE;
    const denied = mayCreateIn(task, walk);
    if (denied != 0) return denied;
    if (this.local) return -EINVAL;
    const dir = walk.parent.node;
    const mode = inheritMode(task.credentials, dir, S_IFSOCK | (0o777 & ~task.fs.umask));
    const gid = inheritGroup(task.credentials, dir);
    const made = dir.create(walk.parent, walk.name, walk.nameLength, mode, 0, task.credentials.fsuid, gid);
    if (made == null) return -lastError;
    const inode = made.node;
    if (inode instanceof MemoryInode) {
      const bound = changetype<MemoryInode>(inode);
      bound.boundSocket = this;
      this.boundInode = bound;
    }
    // The address is kept with the NUL behind the path, as Linux does.
    memory.fill(nameBuffer, 0, 112);
    memory.copy(nameBuffer, at, 2 + length);
    this.local = SocketAddress.of(nameBuffer, 2 + length + 1);
    return 0;
  }

  resolve(task: Task, at: usize, length: u32): Socket | null {
    failWith(EINVAL);
    if (length <= 2 || length > 110 || load<u16>(at) != AF_UNIX) return null;
    if (load<u8>(at + 2) == 0) {
      failWith(ECONNREFUSED);
      const name = byteString(at + 3, length - 3);
      return abstractSockets.has(name) ? this.suiting(abstractSockets.get(name)) : null;
    }
    const problem = walkPath(task, AT_FDCWD, at + 2, pathLength(at, length), FOLLOW, firstWalk);
    if (problem != 0) {
      failWith(-problem);
      return null;
    }
    const inode = firstWalk.inode;
    const denied = mayAccess(task.credentials, inode, MAY_WRITE);
    if (denied != 0) {
      failWith(-denied);
      return null;
    }
    failWith(ECONNREFUSED);
    if ((inode.mode & S_IFMT) != S_IFSOCK || !(inode instanceof MemoryInode)) return null;
    const bound = changetype<MemoryInode>(inode).boundSocket;
    return bound ? this.suiting(changetype<UnixSocket>(bound)) : null;
  }

  private suiting(target: UnixSocket): Socket | null {
    if (target.type == this.type) return target;
    failWith(EPROTOTYPE);
    return null;
  }

  makePeer(task: Task): Socket {
    return new UnixSocket(socketPlace(task), SOCKET_FLAGS, this.type);
  }

  onUnbind(): void {
    const inode = this.boundInode;
    if (inode) inode.boundSocket = null;
    this.boundInode = null;
    if (this.abstractName.length > 0 && abstractSockets.has(this.abstractName) && abstractSockets.get(this.abstractName) === this) {
      abstractSockets.delete(this.abstractName);
    }
  }
}
