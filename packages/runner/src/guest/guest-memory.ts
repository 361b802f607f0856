import { BoxTrapError } from '../errors.ts';

/** Canonical ABI allocator: (old address, old size, alignment, new size) → address. */
export type Realloc = (oldAt: number, oldSize: number, align: number, size: number) => number;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The kernel's memory as WASI functions see it. Every address and length comes from the guest and is checked against
 * the memory's size as it is now; the memory may grow in any call of `allocate`.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined;
  #realloc: Realloc = () => 0;
  #bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));

  /** Binds the memory of the kernel, which exists only after the functions that work on it. */
  attach(memory: WebAssembly.Memory, realloc: Realloc): void {
    this.#memory = memory;
    this.#realloc = realloc;
    this.all();
  }

  /** All of the memory. Valid until the guest runs again. */
  all(): Uint8Array {
    const buffer = this.#memory?.buffer;
    if (buffer !== undefined && this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
    return this.#bytes;
  }

  /** @returns `at` as an unsigned number. @throws {@link BoxTrapError} unless `size` bytes from there are in the memory */
  check(at: number, size: number): number {
    const start = at >>> 0;
    if (start + size > this.all().length) {
      throw new BoxTrapError(
        `a host function was given ${size} bytes at ${start}, outside the kernel's memory`,
      );
    }
    return start;
  }

  /** The bytes of a stretch; a view, valid until the guest runs again. */
  bytes(at: number, size: number): Uint8Array {
    const length = size >>> 0;
    const start = this.check(at, length);
    return this.all().subarray(start, start + length);
  }

  text(at: number, size: number): string {
    try {
      return decoder.decode(this.bytes(at, size));
    } catch (cause) {
      if (cause instanceof BoxTrapError) throw cause;
      throw new BoxTrapError('a host function was given text that is not UTF-8', { cause });
    }
  }

  u32(at: number): number {
    const start = this.check(at, 4);
    return this.#view.getUint32(start, true);
  }

  setU8(at: number, value: number): void {
    const start = this.check(at, 1);
    this.#view.setUint8(start, value);
  }

  setU32(at: number, value: number): void {
    const start = this.check(at, 4);
    this.#view.setUint32(start, value, true);
  }

  setU64(at: number, value: bigint): void {
    const start = this.check(at, 8);
    this.#view.setBigUint64(start, BigInt.asUintN(64, value), true);
  }

  /** Asks the guest for memory. @returns address of `size` bytes, inside the memory and aligned */
  allocate(size: number, align: number): number {
    const at = this.#realloc(0, 0, align, size) >>> 0;
    if (at % align !== 0)
      throw new BoxTrapError(`the kernel's allocator returned ${at}, not aligned to ${align}`);
    return this.check(at, size);
  }

  /** Copies bytes into fresh memory and stores address and length at `result`. */
  setNewBytes(result: number, bytes: Uint8Array): void {
    const at = this.allocate(bytes.length, 1);
    this.all().set(bytes, at);
    this.setU32(result, at);
    this.setU32(result + 4, bytes.length);
  }

  setNewText(result: number, text: string): void {
    this.setNewBytes(result, Buffer.from(text, 'utf8'));
  }
}
