import { Task } from '../task/task';
import { copyFromUser, copyToUser, readableBytes, writableBytes } from '../process/user-memory';

/**
 * Where the bytes of one read or write go to or come from: a list of stretches of the guest's memory, or one of the
 * kernel's. Files move bytes straight between their pages and the guest.
 */
export class IoCursor {
  private task: Task | null = null;
  /** Kernel address of (u64 address, u64 length) pairs; 0: one stretch only. */
  private vector: usize = 0;
  private vectorCount: u32 = 0;
  private vectorAt: u32 = 0;
  private address: u64 = 0;
  private left: u64 = 0;
  /** Bytes still to move. */
  remaining: u64 = 0;
  /** A stretch of the guest's memory could not be accessed: the operation ends short, or with EFAULT. */
  faulted: bool = false;

  user(task: Task, address: u64, length: u64): IoCursor {
    this.task = task;
    this.vector = 0;
    this.vectorCount = 0;
    this.vectorAt = 0;
    this.address = address;
    this.left = length;
    this.remaining = length;
    this.faulted = false;
    return this;
  }

  kernel(address: usize, length: u64): IoCursor {
    this.user(changetype<Task>(0), address, length);
    this.task = null;
    return this;
  }

  /** `total` is the sum of all lengths. */
  userVector(task: Task, vector: usize, count: u32, total: u64): IoCursor {
    this.user(task, 0, 0);
    this.vector = vector;
    this.vectorCount = count;
    this.remaining = total;
    return this;
  }

  /** Moves bytes from the kernel to the target. @returns bytes moved; fewer when it ended or faulted */
  put(from: usize, n: u32): u32 {
    let done: u32 = 0;
    while (done < n && this.advance()) {
      let part = <u32>min<u64>(this.left, n - done);
      const task = this.task;
      if (task) {
        if (copyToUser(task, this.address, from + done, part) != 0) {
          this.faulted = true;
          part = <u32>writableBytes(task, this.address, part);
          copyToUser(task, this.address, from + done, part);
        }
      } else memory.copy(<usize>this.address, from + done, part);
      this.moved(part);
      done += part;
    }
    return done;
  }

  /** Moves bytes from the source to the kernel. @returns bytes moved */
  take(to: usize, n: u32): u32 {
    let done: u32 = 0;
    while (done < n && this.advance()) {
      let part = <u32>min<u64>(this.left, n - done);
      const task = this.task;
      if (task) {
        if (copyFromUser(task, this.address, to + done, part) != 0) {
          this.faulted = true;
          part = <u32>readableBytes(task, this.address, part);
          copyFromUser(task, this.address, to + done, part);
        }
      } else memory.copy(to + done, <usize>this.address, part);
      this.moved(part);
      done += part;
    }
    return done;
  }

  /** Passes over `n` bytes (progress of an earlier execution of the same call). */
  skip(n: u64): void {
    while (n > 0 && this.advance()) {
      const part = min<u64>(this.left, n);
      this.address += part;
      this.left -= part;
      this.remaining -= part;
      n -= part;
    }
  }

  /** Limits how much will be moved. */
  limit(n: u64): void {
    if (n < this.remaining) this.remaining = n;
  }

  private moved(n: u32): void {
    this.address += n;
    this.left -= n;
    this.remaining -= n;
  }

  private advance(): bool {
    if (this.remaining == 0 || this.faulted) return false;
    while (this.left == 0) {
      if (this.vectorAt >= this.vectorCount) return false;
      const entry = this.vector + (<usize>this.vectorAt << 4);
      this.address = load<u64>(entry);
      this.left = load<u64>(entry, 8);
      this.vectorAt++;
    }
    if (this.left > this.remaining) this.left = this.remaining;
    return true;
  }
}

/** Zeros to read from. */
export const zeroPage: usize = memory.data(4096, 16);
