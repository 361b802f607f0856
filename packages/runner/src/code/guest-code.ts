import {
  codeFunctions,
  engineCells,
  GUEST_BIAS,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
  pagePermissions,
  PERMISSIONS_AT,
  RECORD_INDEX_AT,
} from '@boxer/abi';
import { MAX_PROCESS_ENTRIES } from '../link/table-limit.ts';

/** What a process module exports for translated code. */
type CodeExports = Record<keyof typeof codeFunctions, (...args: number[]) => number>;

/** A page of guest memory as it was when it was copied. */
export interface PageCopy {
  readonly number: number;
  readonly permissions: number;
  readonly bytes: Uint8Array;
}

/** A process as translated code sees it: its memory, and where code is put in. */
export class GuestCode {
  readonly functions: CodeExports;
  readonly table: WebAssembly.Table;
  #bytes: Buffer;
  #view: DataView;
  #words: Int32Array;
  #free: number[] = [];
  /** By address: bytes of the guest code of the function that is entered there. */
  readonly #entered = new Map<number, number>();

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly exports: WebAssembly.Instance['exports'],
    readonly support: WebAssembly.Instance['exports'],
  ) {
    this.functions = exports as unknown as CodeExports;
    this.table = exports['code'] as WebAssembly.Table;
    this.#bytes = Buffer.from(memory.buffer);
    this.#view = new DataView(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
  }

  /** Process modules of older components do not have all of it. */
  static supports(exports: WebAssembly.Instance['exports']): boolean {
    const names = Object.keys(codeFunctions);
    return (
      exports['code'] instanceof WebAssembly.Table &&
      names.every((name) => typeof exports[name] === 'function')
    );
  }

  /** All of the memory; a new one after it has grown. */
  get bytes(): Buffer {
    if (this.#bytes.buffer !== this.memory.buffer) {
      this.#bytes = Buffer.from(this.memory.buffer);
      this.#view = new DataView(this.memory.buffer);
    }
    return this.#bytes;
  }

  /** The same as words: the quickest way to single cells. */
  get words(): Int32Array {
    // Growing detaches the buffer.
    if (this.#words.length === 0) this.#words = new Int32Array(this.memory.buffer);
    return this.#words;
  }

  get view(): DataView {
    return this.bytes.buffer === this.#view.buffer ? this.#view : new DataView(this.memory.buffer);
  }

  /** How often code was forgotten: then no entry is left. */
  get epoch(): number {
    return this.view.getUint32(engineCells.codeEpoch, true);
  }

  /** @returns the permissions of a guest page; 0 also when there is none with this number */
  permissions(page: number): number {
    return page >= 0 && page < 2 ** (32 - PAGE_SHIFT) ? (this.bytes[PERMISSIONS_AT + page] ?? 0) : 0;
  }

  /** Whether all bytes of a stretch of less than a page can be accessed so. */
  permits(address: number, bytes: number, permission: number): boolean {
    if (!Number.isSafeInteger(address) || address < 0 || address + bytes > 2 ** 32) return false;
    return [address, address + bytes - 1].every(
      (each) => (this.permissions(each >>> PAGE_SHIFT) & permission) !== 0,
    );
  }

  /** Whether a stretch may be executed, and is there. */
  isExecutable(start: number, length: number): boolean {
    const last = (start + length - 1) >>> PAGE_SHIFT;
    if (start < 0 || start + length > 2 ** 32) return false;
    for (let page = start >>> PAGE_SHIFT; page <= last; page++)
      if ((this.permissions(page) & pagePermissions.execute) === 0) return false;
    return true;
  }

  /** Whether the interpreter has records of a guest page. */
  hasRecords(page: number): boolean {
    return this.view.getUint32(RECORD_INDEX_AT + 4 * page, true) !== 0;
  }

  /** Whether no function of more guest code is entered at an address: what fewer samples have made leaves more to the interpreter. */
  isBetter(pc: number, size: number): boolean {
    return size >= (this.#entered.get(pc) ?? 0);
  }

  /** Has a function of `size` bytes of guest code, in a slot of the table, execute what begins at an address. */
  enter(pc: number, slot: number, size: number): void {
    this.functions.enterAt(pc, slot);
    this.#entered.set(pc, size);
  }

  /** No entry is left. */
  forgetEntries(): void {
    this.#entered.clear();
  }

  /** A guest page, in place. */
  page(number: number): Uint8Array {
    const at = GUEST_BIAS + number * PAGE_SIZE_BYTES;
    return this.bytes.subarray(at, at + PAGE_SIZE_BYTES);
  }

  /** Copies pages, for other threads as well. */
  copyPages(numbers: readonly number[]): PageCopy[] {
    const copies = new Uint8Array(new SharedArrayBuffer(numbers.length * PAGE_SIZE_BYTES));
    return numbers.map((number, i) => {
      const bytes = copies.subarray(i * PAGE_SIZE_BYTES, (i + 1) * PAGE_SIZE_BYTES);
      bytes.set(this.page(number));
      return { number, permissions: this.permissions(number), bytes };
    });
  }

  /** @returns an index in the table of translated code that nobody uses; undefined when it is full */
  newSlot(): number | undefined {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const grown = Math.min(Math.max(64, this.table.length), MAX_PROCESS_ENTRIES - this.table.length);
    if (grown <= 0) return undefined;
    const first = this.table.grow(grown);
    for (let index = first + grown - 1; index > first; index--) this.#free.push(index);
    return first;
  }

  freeSlot(index: number): void {
    this.table.set(index, null);
    this.#free.push(index);
  }
}
