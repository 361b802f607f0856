import { askHost, log } from '../host/slots';
import { SHUT_RDWR, SOCK_STREAM } from '../linux/socket';
import { S_IFSOCK } from '../linux/stat';
import { Task } from '../task/task';
import { anonymousPlaceOf } from './anonymous';
import { IoCursor } from './io-cursor';
import { MemoryFileSystem } from './memory-fs';
import { MemoryInode } from './memory-inode';
import { attachMount } from './mount';
import { Path } from './path';
import { Socket, SOCKET_FLAGS, socketPlace } from './socket';
import { UnixSocket } from './unix-socket';

/** Unix sockets behind which there is no process, but the host: see the boot key `service`. */

/** Longest request and answer with their length in front: what fits into a stream. @source OpenSSH PROTOCOL.agent (256 KiB) */
const MAX_BYTES: u32 = 1 << 18;
const LENGTH_BYTES: u32 = 4;

class ServiceListener extends UnixSocket {
  constructor(readonly service: i32) {
    super(anonymousPlaceOf('socket', S_IFSOCK | 0o777, 0, 0), SOCKET_FLAGS, SOCK_STREAM);
    this.isListening = true;
    this.backlogLimit = 1;
  }

  makePeer(task: Task): Socket {
    return new ServiceConnection(socketPlace(task), this.service);
  }

  /** Nobody accepts: a connection answers by itself. */
  queueConnection(server: Socket): void {}
}

const cursor = new IoCursor();
const lengthCell: usize = memory.data(4, 4);

class ServiceConnection extends UnixSocket {
  constructor(
    place: Path,
    readonly service: i32,
  ) {
    super(place, SOCKET_FLAGS, SOCK_STREAM);
  }

  onReceived(): void {
    for (let n = this.wholeRequest(); n > 0; n = this.wholeRequest()) this.answer(n);
  }

  onPeerClosed(): void {
    this.release();
  }

  /** @returns bytes of the next request, 0 while it is not complete */
  private wholeRequest(): u32 {
    const queue = this.stream();
    if (queue.used < LENGTH_BYTES || this.shutRead) return 0;
    queue.drain(cursor.kernel(lengthCell, LENGTH_BYTES), LENGTH_BYTES, true);
    const n = bswap<u32>(load<u32>(lengthCell));
    if (n > MAX_BYTES - LENGTH_BYTES) {
      this.shutdown(SHUT_RDWR);
      return 0;
    }
    return queue.used < n + LENGTH_BYTES ? 0 : n + LENGTH_BYTES;
  }

  private answer(n: u32): void {
    const room = heap.alloc(n + MAX_BYTES);
    this.stream().drain(cursor.kernel(room, n), n);
    const length = askHost(this.service, room, n, room + n, MAX_BYTES);
    const peer = this.peer;
    let isAnswered = false;
    if (peer) isAnswered = length > 0 && <u32>length <= MAX_BYTES && peer.receiveFromKernel(room + n, length);
    heap.free(room);
    if (!isAnswered) this.shutdown(SHUT_RDWR);
  }
}

/** Covers a file with the socket of a service. @param row - PATH:MODE:UID:GID */
export function mountService(row: string, service: i32, find: (path: string) => Path | null): void {
  const parts = row.split(':');
  const n = parts.length;
  let place: Path | null = null;
  if (n >= 4) place = find(parts.slice(0, n - 3).join(':'));
  if (!place) return log('cannot make the socket of a service: ' + row);
  const fs = new MemoryFileSystem('tmpfs', false, 0o755);
  const root = fs.root;
  if (!root) return;
  const inode = changetype<MemoryInode>(root.node);
  inode.mode = S_IFSOCK | (<u32>parseInt(parts[n - 3], 8) & 0o7777);
  inode.uid = <u32>parseInt(parts[n - 2]);
  inode.gid = <u32>parseInt(parts[n - 1]);
  inode.nlink = 1;
  inode.boundSocket = new ServiceListener(service);
  attachMount(fs, place.mount, place.dentry, false);
}
