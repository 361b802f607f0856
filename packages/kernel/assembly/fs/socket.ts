import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EFAULT,
  EINVAL,
  EMSGSIZE,
  ENOMEM,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
} from '../linux/errno';
import { FIONREAD, SIOCATMARK } from '../linux/ioctl';
import { O_NONBLOCK, O_RDWR } from '../linux/open-flags';
import { POLLERR, POLLHUP, POLLRDHUP, POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { SIGPIPE } from '../linux/signal';
import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../linux/socket';
import { S_IFSOCK } from '../linux/stat';
import { writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow } from '../time/clock';
import { Ancillary } from './ancillary';
import { anonymousPlace } from './anonymous';
import { interfaceIoctl } from './interface-ioctl';
import { IoCursor } from './io-cursor';
import { Message, MessageQueue } from './message-queue';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';
import { raiseSignal } from './seam';
import { SocketAddress } from './socket-address';
import { SocketStream } from './socket-stream';

/** Longest datagram. */
export const DATAGRAM_MAX: u64 = 212_960;

// What the last `receive` found besides bytes.
export let receivedAncillary: Ancillary | null = null;
export let receivedSender: SocketAddress | null = null;
/** The datagram was longer than the room for it; its whole length. */
export let receivedLength: u32 = 0;

/** Nobody takes the files that came with the last bytes: they are closed. */
export function closeReceivedFiles(): void {
  const ancillary = receivedAncillary;
  if (ancillary) ancillary.release();
}

const kernelCursor = new IoCursor();

/** A socket of any family: what does not depend on addresses. */
export abstract class Socket extends OpenFile {
  readonly changed: Notifier = new Notifier();
  local: SocketAddress | null = null;
  remote: SocketAddress | null = null;
  /** The other end of a connection, or the default target of a datagram socket. */
  peer: Socket | null = null;
  /** A connection exists or existed: what is missing now is a closed peer, not a connection. */
  isConnected: bool = false;
  isListening: bool = false;
  private backlog: Socket[] = [];
  backlogLimit: i32 = 0;
  private bytes: SocketStream | null = null;
  protected readonly messages: MessageQueue = new MessageQueue();
  shutRead: bool = false;
  shutWrite: bool = false;
  /** Reported once, by the next call or SO_ERROR. */
  pendingError: i32 = 0;
  isClosed: bool = false;
  /** A connection was tried and refused: reading finds the end. */
  wasRefused: bool = false;
  passCredentials: bool = false;
  /** SO_RCVTIMEO and SO_SNDTIMEO in nanoseconds; 0: none. */
  receiveTimeout: u64 = 0;
  sendTimeout: u64 = 0;
  /** Who connected, listened or made the pair: SO_PEERCRED of the other end. */
  ownerPid: i32 = 0;
  ownerUid: u32 = 0;
  ownerGid: u32 = 0;
  peerPid: i32 = 0;
  peerUid: u32 = u32.MAX_VALUE;
  peerGid: u32 = u32.MAX_VALUE;
  readonly options: Map<i32, i32> = new Map<i32, i32>();

  constructor(
    place: Path,
    flags: u32,
    readonly domain: i32,
    readonly type: i32,
    readonly protocol: i32,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  get isStream(): bool {
    return this.type == SOCK_STREAM;
  }
  get isDatagram(): bool {
    return this.type == SOCK_DGRAM;
  }
  get isWaiting(): bool {
    return (this.flags & O_NONBLOCK) == 0;
  }

  ownedBy(task: Task): void {
    this.ownerPid = task.pid;
    this.ownerUid = task.credentials.euid;
    this.ownerGid = task.credentials.egid;
  }

  // ---- what families do ----
  abstract bind(task: Task, at: usize, length: u32): i32;
  /** The socket to talk to at an address, or null with lastError. */
  abstract resolve(task: Task, at: usize, length: u32): Socket | null;
  /** A socket of this family for the accepting side of a connection. */
  abstract makePeer(task: Task): Socket;
  /** Gives an unbound socket an address before it connects, listens or sends. */
  autoBind(task: Task, target: Socket | null): i32 {
    return 0;
  }
  onUnbind(): void {}

  // ---- connections ----

  listen(task: Task, backlog: i32): i32 {
    if (this.isDatagram) return -EOPNOTSUPP;
    if (this.isConnected) return -EINVAL;
    const problem = this.autoBind(task, null);
    if (problem != 0) return problem;
    if (this.local == null) return -EINVAL;
    this.isListening = true;
    this.backlogLimit = max(min(backlog, 4096), 0) + 1;
    this.ownedBy(task);
    return 0;
  }

  /** Connects a stream or record socket to a listening one. @returns 0, -errno or BLOCK */
  connectTo(task: Task, listener: Socket): i64 {
    if (!listener.isListening || listener.type != this.type) return -ECONNREFUSED;
    if (listener.backlog.length >= listener.backlogLimit) {
      if (!this.isWaiting) return -EAGAIN;
      listener.changed.sleep(task);
      return BLOCK;
    }
    const server = listener.makePeer(task);
    server.local = listener.local;
    server.remote = this.local;
    server.ownerPid = listener.ownerPid;
    server.ownerUid = listener.ownerUid;
    server.ownerGid = listener.ownerGid;
    this.ownedBy(task);
    joinSockets(this, server);
    listener.queueConnection(server);
    this.changed.notify(POLL_WRITABLE);
    return 0;
  }

  /** A connection waits to be accepted. */
  queueConnection(server: Socket): void {
    this.backlog.push(server);
    this.changed.notify(POLL_READABLE);
  }

  /** The next connection, or null with `acceptResult`: -errno or BLOCK. */
  accept(task: Task): Socket | null {
    acceptResult = -EINVAL;
    if (this.isDatagram) {
      acceptResult = -EOPNOTSUPP;
      return null;
    }
    if (!this.isListening) return null;
    if (this.backlog.length > 0) {
      const next = this.backlog.shift();
      this.changed.notify(POLL_WRITABLE);
      return next;
    }
    acceptResult = this.wait(task, this.isWaiting, this.receiveTimeout, -EAGAIN);
    return null;
  }

  /** Sleeps until something changes here. @returns BLOCK, or `otherwise` when not waiting or out of time */
  private wait(task: Task, waits: bool, timeout: u64, otherwise: i32): i64 {
    if (!waits) return otherwise;
    if (timeout != 0) {
      const now = monotonicNow();
      if (task.progress2 == 0) task.progress2 = now + timeout;
      if (now >= task.progress2) return otherwise;
      task.deadline = task.progress2;
    }
    this.changed.sleep(task);
    return BLOCK;
  }

  // ---- bytes ----

  /** Bytes have arrived; for sockets that no process reads. */
  onReceived(): void {}

  /** The other end is closed; likewise. */
  onPeerClosed(): void {}

  protected stream(): SocketStream {
    const known = this.bytes;
    if (known) return known;
    const made = new SocketStream();
    this.bytes = made;
    return made;
  }

  read(task: Task, io: IoCursor): i64 {
    const n = this.receive(task, io, 0);
    closeReceivedFiles();
    return n;
  }
  write(task: Task, io: IoCursor): i64 {
    return this.send(task, io, 0, this.peer, null);
  }

  private takeError(): i32 {
    const error = this.pendingError;
    this.pendingError = 0;
    return -error;
  }

  private broken(task: Task, flags: u32): i64 {
    if (task.progress > 0) return task.progress;
    if ((flags & MSG_NOSIGNAL) == 0) raiseSignal(task, SIGPIPE);
    return -EPIPE;
  }

  /** Sends to `target`. Takes over the ancillary data when it succeeds or fails; keeps it when it blocks at nothing sent. */
  send(task: Task, io: IoCursor, flags: u32, target: Socket | null, ancillary: Ancillary | null): i64 {
    const waits = this.isWaiting && (flags & MSG_DONTWAIT) == 0;
    if (this.pendingError != 0 && task.progress == 0) return this.takeError();
    if (this.shutWrite) return this.broken(task, flags);
    if (!this.isStream) return this.sendMessage(task, io, flags, target, ancillary, waits);
    if (!this.isConnected) return -ENOTCONN;
    io.skip(task.progress);
    if (target == null || target.isClosed || target.shutRead) return this.broken(task, flags);
    const queue = target.stream();
    let sending: Ancillary | null = null;
    while (io.remaining > 0) {
      if (queue.free > 0) {
        if (ancillary && task.progress == 0) {
          queue.attach(ancillary);
          sending = ancillary;
          ancillary = null;
        }
        const n = queue.send(io, sending);
        task.progress += n;
        if (n > 0) {
          target.changed.notify(POLL_READABLE);
          target.onReceived();
        }
        if (io.faulted) return task.progress > 0 ? <i64>task.progress : -EFAULT;
        if (n == 0 && queue.free > 0) return task.progress > 0 ? <i64>task.progress : -ENOMEM;
        continue;
      }
      if (!waits || task.interrupted) {
        if (task.progress > 0) return task.progress;
        if (!waits) return -EAGAIN;
      }
      const result = this.wait(task, true, this.sendTimeout, -EAGAIN);
      return result == BLOCK || task.progress == 0 ? result : <i64>task.progress;
    }
    return task.progress;
  }

  private sendMessage(task: Task, io: IoCursor, flags: u32, target: Socket | null, ancillary: Ancillary | null, waits: bool): i64 {
    if (target == null) return this.isConnected ? this.gonePeer(task, flags) : -this.missingTarget;
    if (target.isClosed) return this.gonePeer(task, flags);
    if (target.shutRead) return this.broken(task, flags);
    if (io.remaining > DATAGRAM_MAX) return -EMSGSIZE;
    if (target.messages.isFull) {
      if (!waits) return -EAGAIN;
      target.changed.sleep(task);
      return this.wait(task, true, this.sendTimeout, -EAGAIN);
    }
    const n = <u32>io.remaining;
    const at = heap.alloc(max<u32>(n, 1));
    if (io.take(at, n) != n) {
      heap.free(at);
      return -EFAULT;
    }
    target.messages.push(new Message(at, n, this.local, ancillary));
    target.changed.notify(POLL_READABLE);
    return n;
  }

  /** A datagram to a port of this machine where nobody listens: the next call is told. @source udp(7), ECONNREFUSED */
  sendToNobody(n: u64): i64 {
    if (this.pendingError != 0) return this.takeError();
    this.pendingError = ECONNREFUSED;
    this.changed.notify(POLLERR);
    return n;
  }

  /** Queues a message for this socket's reader; the bytes are copied. */
  protected deliver(from: usize, n: u32, sender: SocketAddress): void {
    const at = heap.alloc(max<u32>(n, 1));
    memory.copy(at, from, n);
    this.messages.push(new Message(at, n, sender, null));
    this.changed.notify(POLL_READABLE);
  }

  private get missingTarget(): i32 {
    return this.type == SOCK_SEQPACKET ? ENOTCONN : this.domain == 1 ? ENOTCONN : 89; // EDESTADDRREQ
  }

  private gonePeer(task: Task, flags: u32): i64 {
    return this.isDatagram ? <i64>-ECONNREFUSED : this.broken(task, flags);
  }

  /** Receives; `receivedAncillary` and `receivedSender` tell the rest. */
  receive(task: Task, io: IoCursor, flags: u32): i64 {
    receivedAncillary = null;
    receivedSender = null;
    receivedLength = 0;
    const waits = this.isWaiting && (flags & MSG_DONTWAIT) == 0;
    if (!this.isStream) return this.receiveMessage(task, io, flags, waits);
    if (!this.isConnected) {
      if (this.pendingError != 0) return this.takeError();
      if (this.wasRefused) return 0;
      return -(this.isListening ? EINVAL : ENOTCONN);
    }
    if (io.remaining == 0) return 0;
    io.skip(task.progress);
    const queue = this.bytes;
    if (queue && queue.used > 0) {
      const n = queue.receive(io, (flags & MSG_PEEK) != 0);
      receivedAncillary = queue.found;
      if (n == 0) return task.progress > 0 ? <i64>task.progress : -EFAULT;
      if ((flags & MSG_PEEK) != 0) return n;
      const peer = this.peer;
      if (peer) peer.changed.notify(POLL_WRITABLE);
      if ((flags & MSG_WAITALL) == 0 || io.remaining == 0 || receivedAncillary) return task.progress + n;
      task.progress += n;
    }
    if (this.pendingError != 0 && task.progress == 0) return this.takeError();
    if (this.shutRead || this.isPeerDone) return task.progress;
    if (task.interrupted && task.progress > 0) return task.progress;
    const result = this.wait(task, waits, this.receiveTimeout, -EAGAIN);
    return result == BLOCK || task.progress == 0 ? result : <i64>task.progress;
  }

  /** Puts bytes of the kernel into the stream. @returns false when there is no room for all of them */
  receiveFromKernel(at: usize, n: u32): bool {
    const queue = this.stream();
    if (queue.free < n || queue.send(kernelCursor.kernel(at, n), null) != n) return false;
    this.changed.notify(POLL_READABLE);
    return true;
  }

  /** The other end will not send any more. */
  private get isPeerDone(): bool {
    const peer = this.peer;
    return peer == null || peer.isClosed || peer.shutWrite;
  }

  private receiveMessage(task: Task, io: IoCursor, flags: u32, waits: bool): i64 {
    if (this.messages.isEmpty) {
      if (this.pendingError != 0) return this.takeError();
      if (this.type == SOCK_SEQPACKET && !this.isConnected) return -ENOTCONN;
      if (this.shutRead || (this.type == SOCK_SEQPACKET && this.isPeerDone)) return 0;
      return this.wait(task, waits, this.receiveTimeout, -EAGAIN);
    }
    const message = this.messages.first;
    const n = <u32>min<u64>(message.length, io.remaining);
    if (io.put(message.at, n) != n) return -EFAULT;
    receivedSender = message.sender;
    receivedAncillary = message.ancillary;
    receivedLength = message.length;
    if ((flags & MSG_PEEK) == 0) {
      this.messages.dropFirst();
      this.changed.notify(POLL_WRITABLE);
      const peer = this.peer;
      if (peer) peer.changed.notify(POLL_WRITABLE);
    }
    return n;
  }

  // ---- state ----

  shutdown(how: i32): i32 {
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) return -EINVAL;
    if (this.isListening && !this.isConnected) {
      // Whoever waits in accept gets EINVAL, as from TCP.
      this.isListening = false;
      this.changed.notify(POLLHUP | POLL_READABLE);
      return 0;
    }
    if (!this.isConnected) return -ENOTCONN;
    if (how != SHUT_WR) this.shutRead = true;
    if (how != SHUT_RD) this.shutWrite = true;
    this.changed.notify(POLL_READABLE | POLL_WRITABLE | POLLRDHUP | POLLHUP);
    const peer = this.peer;
    if (peer) peer.changed.notify(POLL_READABLE | POLL_WRITABLE | POLLRDHUP | POLLHUP);
    return 0;
  }

  poll(): u32 {
    let events: u32 = this.pendingError != 0 ? POLLERR : 0;
    if (this.isListening) return this.backlog.length > 0 ? events | POLL_READABLE : events;
    const queue = this.bytes;
    if (!this.messages.isEmpty || (queue && queue.used > 0)) events |= POLL_READABLE;
    const peer = this.peer;
    if (this.isDatagram) {
      if (this.shutRead) events |= POLL_READABLE | POLLRDHUP;
      return !peer || !peer.messages.isFull ? events | POLL_WRITABLE : events;
    }
    if (!this.isConnected) return events | POLL_WRITABLE | POLLHUP;
    if (this.shutRead || this.isPeerDone) events |= POLL_READABLE | POLLRDHUP;
    if (peer == null || peer.isClosed || (this.shutWrite && (this.shutRead || peer.shutWrite))) return events | POLLHUP | POLL_WRITABLE;
    if (this.isStream) {
      const target = peer.bytes;
      if (!target || target.free >= 4096) events |= POLL_WRITABLE;
    } else if (!peer.messages.isFull) events |= POLL_WRITABLE;
    return events;
  }

  get notifier(): Notifier | null {
    return this.changed;
  }

  /** Bytes that a read would find. */
  get available(): u32 {
    const queue = this.bytes;
    if (this.isStream) return queue ? queue.used : 0;
    return this.messages.isEmpty ? 0 : this.messages.first.length;
  }

  ioctl(task: Task, request: u32, argument: u64): i64 {
    if (request == FIONREAD) return this.isListening ? <i64>-EINVAL : writeU32(task, argument, this.available);
    if (request == SIOCATMARK) return writeU32(task, argument, 0);
    return interfaceIoctl(task, request, argument);
  }

  onRelease(): void {
    this.isClosed = true;
    this.onUnbind();
    const hadUnread = this.available > 0;
    const peer = this.peer;
    if (peer && peer.peer === this) {
      if (hadUnread && !this.isDatagram) peer.pendingError = ECONNRESET;
      if (this.isDatagram) peer.peer = null;
      peer.changed.notify(POLL_READABLE | POLL_WRITABLE | POLLRDHUP | POLLHUP | POLLERR);
      peer.onPeerClosed();
    }
    this.peer = null;
    for (let i = 0; i < this.backlog.length; i++) this.backlog[i].release();
    this.backlog = [];
    this.messages.clear();
    const queue = this.bytes;
    if (queue) queue.destroy();
    this.changed.notify(POLLHUP);
    this.inode.drop();
  }
}

/** Why `accept` returned null. */
export let acceptResult: i64 = 0;

/** Makes two sockets each other's peers. */
export function joinSockets(a: Socket, b: Socket): void {
  a.peer = b;
  b.peer = a;
  a.isConnected = true;
  b.isConnected = true;
  a.peerPid = b.ownerPid;
  a.peerUid = b.ownerUid;
  a.peerGid = b.ownerGid;
  b.peerPid = a.ownerPid;
  b.peerUid = a.ownerUid;
  b.peerGid = a.ownerGid;
  a.remote = b.local;
}

/** A place for a new socket: "socket:[N]". */
export function socketPlace(task: Task): Path {
  return anonymousPlace('socket', S_IFSOCK | 0o777, task);
}

export const SOCKET_FLAGS: u32 = O_RDWR;
