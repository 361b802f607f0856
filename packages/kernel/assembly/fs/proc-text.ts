import { storeByteString } from '../memory/bytes';

/** Builds the content of a generated file. */
export class TextBuilder {
  at: usize = heap.alloc(1024);
  length: u32 = 0;
  private capacity: u32 = 1024;

  private ensure(n: u32): void {
    if (this.length + n <= this.capacity) return;
    while (this.length + n > this.capacity) this.capacity *= 2;
    this.at = heap.realloc(this.at, this.capacity);
  }

  /** Appends a byte string. */
  text(value: string): this {
    this.ensure(value.length);
    this.length += storeByteString(value, this.at + this.length);
    return this;
  }

  bytes(from: usize, n: u32): this {
    this.ensure(n);
    memory.copy(this.at + this.length, from, n);
    this.length += n;
    return this;
  }

  byte(value: u8): this {
    this.ensure(1);
    store<u8>(this.at + this.length++, value);
    return this;
  }

  /** Decimal, right-aligned to `width`. */
  number(value: i64, width: i32 = 0): this {
    return this.text(value.toString().padStart(width, ' '));
  }

  /** Hexadecimal with leading zeros up to `width`. */
  hex(value: u64, width: i32 = 0): this {
    return this.text(value.toString(16).padStart(width, '0'));
  }

  octal(value: u32, width: i32 = 0): this {
    return this.text(value.toString(8).padStart(width, '0'));
  }

  /** "Name:", a tab, the number, and a line end. */
  row(name: string, value: i64): this {
    return this.text(name).text(':\t').number(value).text('\n');
  }

  /** "Name:     12345 kB" as meminfo and status have them. */
  kibibytes(name: string, bytes: u64): this {
    return this.text((name + ':').padEnd(16, ' ')).number(bytes >> 10, 8).text(' kB\n');
  }

  free(): void {
    heap.free(this.at);
    this.at = 0;
  }
}
