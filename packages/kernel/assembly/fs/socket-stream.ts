import { Ancillary } from './ancillary';
import { IoCursor } from './io-cursor';
import { PipeBuffer } from './pipe';

/** 256 KiB. */
const STREAM_PAGES: i32 = 64;

/** Bytes on their way to a stream socket, and the files that go along with some of them. */
export class SocketStream extends PipeBuffer {
  /** Bytes ever put in, and ever taken out. */
  private sent: u64 = 0;
  private received: u64 = 0;
  private ancillaries: Ancillary[] = [];
  /** What came along with the bytes that the last `receive` moved. */
  found: Ancillary | null = null;

  constructor() {
    super(STREAM_PAGES);
  }

  /** `ancillary` goes along with the bytes that are sent next. */
  attach(ancillary: Ancillary): void {
    ancillary.position = this.sent;
    this.ancillaries.push(ancillary);
  }

  /** Moves in what there is room for; it belongs to the message that `along` came with. @returns bytes */
  send(io: IoCursor, along: Ancillary | null): u32 {
    const n = this.fill(io, <u32>min<u64>(io.remaining, this.free));
    this.sent += n;
    if (along) along.end = this.sent;
    return n;
  }

  /** Moves bytes out, at most up to the end of the first message with ancillary data, which goes with them. @returns bytes */
  receive(io: IoCursor, isPeek: bool): u32 {
    let limit = <u32>min<u64>(io.remaining, u32.MAX_VALUE);
    const first = this.ancillaries.length > 0 ? this.ancillaries[0] : null;
    if (first && first.end > this.received) limit = <u32>min<u64>(limit, first.end - this.received);
    const n = this.drain(io, limit, isPeek);
    this.found = null;
    if (first && this.received + n > first.position) {
      this.found = first;
      if (!isPeek) this.ancillaries.shift();
    }
    if (!isPeek) this.received += n;
    return n;
  }

  destroy(): void {
    super.destroy();
    for (let i = 0; i < this.ancillaries.length; i++) this.ancillaries[i].release();
    this.ancillaries = [];
  }
}
