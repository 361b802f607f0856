import { IoCursor } from './io-cursor';

/** A growing queue of bytes. */
export class ByteQueue {
  private data: usize = 0;
  private capacity: u32 = 0;
  private start: u32 = 0;
  length: u32 = 0;

  push(byte: u8): void {
    if (this.start + this.length == this.capacity) this.makeRoom();
    store<u8>(this.data + this.start + this.length, byte);
    this.length++;
  }

  private makeRoom(): void {
    if (this.start > 0) {
      memory.copy(this.data, this.data + this.start, this.length);
      this.start = 0;
      if (this.length < this.capacity) return;
    }
    const capacity = this.capacity == 0 ? 256 : this.capacity * 2;
    const data = heap.alloc(capacity);
    memory.copy(data, this.data, this.length);
    if (this.data != 0) heap.free(this.data);
    this.data = data;
    this.capacity = capacity;
  }

  /** Takes bytes off the front. @returns how many */
  drain(io: IoCursor, limit: u32): u32 {
    const n = min(<u32>min<u64>(limit, io.remaining), this.length);
    const moved = io.put(this.data + this.start, n);
    this.start += moved;
    this.length -= moved;
    if (this.length == 0) this.start = 0;
    return moved;
  }

  at(index: u32): u8 {
    return load<u8>(this.data + this.start + index);
  }

  /** Takes the last byte off again. */
  pop(): u8 {
    this.length--;
    return load<u8>(this.data + this.start + this.length);
  }

  clear(): void {
    this.start = 0;
    this.length = 0;
  }
}
