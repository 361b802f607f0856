import { Ancillary } from './ancillary';
import { SocketAddress } from './socket-address';

const MAX_MESSAGES: i32 = 512;
const MAX_BYTES: u32 = 1 << 20;

/** A datagram or a record. */
export class Message {
  constructor(
    readonly at: usize,
    readonly length: u32,
    readonly sender: SocketAddress | null,
    readonly ancillary: Ancillary | null,
  ) {}
}

/** Datagrams or records on their way to a socket. */
export class MessageQueue {
  private messages: Message[] = [];
  private bytes: u32 = 0;

  get isEmpty(): bool {
    return this.messages.length == 0;
  }
  /** Whether senders have to wait. */
  get isFull(): bool {
    return this.messages.length >= MAX_MESSAGES || this.bytes > MAX_BYTES;
  }
  /** The next one; there must be one. */
  get first(): Message {
    return this.messages[0];
  }

  push(message: Message): void {
    this.messages.push(message);
    this.bytes += message.length;
  }

  /** Forgets the next one, but not what came along. */
  dropFirst(): void {
    const message = this.messages.shift();
    this.bytes -= message.length;
    heap.free(message.at);
  }

  /** Nobody will read any more. */
  clear(): void {
    while (this.messages.length > 0) {
      const ancillary = this.messages[0].ancillary;
      if (ancillary) ancillary.release();
      this.dropFirst();
    }
  }
}
