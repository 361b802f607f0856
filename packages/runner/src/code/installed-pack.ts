import { GUEST_BIAS, PAGE_SHIFT, PAGE_SIZE_BYTES } from '@boxer/abi';
import { packExports, rangeRow } from '@boxer/translate';
import type { GuestCode } from './guest-code.ts';
import type { LoadedPack } from './pack-source.ts';

const NO_SLOT = -1;
const none = new Uint32Array();

/**
 * A pack in a process, at an address. A function of it is executed only when all code that it was made from was compared
 * with what lies there now, since code was last forgotten.
 */
export class InstalledPack {
  readonly #code: GuestCode;
  readonly #pack: LoadedPack;
  readonly #base: number;
  readonly #install: (to: number, from: number, count: number) => void;
  readonly #validate: (index: number, valid: number) => void;
  readonly #invalidate: () => void;
  /** By function: 1 when it was compared. */
  readonly #valid: Uint8Array;
  /** By entry: its index in the process's table, once it has one. */
  readonly #slots: Int32Array;

  constructor(code: GuestCode, pack: LoadedPack, base: number) {
    const imports: WebAssembly.Imports = {
      process: { ...code.exports },
      support: { ...code.support },
    };
    const { exports } = new WebAssembly.Instance(pack.module, imports);
    this.#code = code;
    this.#pack = pack;
    this.#base = base;
    (exports[packExports.place] as (base: number) => void)(base);
    this.#install = exports[packExports.install] as (to: number, from: number, count: number) => void;
    this.#validate = exports[packExports.validate] as (index: number, valid: number) => void;
    this.#invalidate = exports[packExports.invalidate] as () => void;
    this.#valid = new Uint8Array(pack.plan.firstEntry.length - 1);
    this.#slots = new Int32Array(pack.plan.entries.length).fill(NO_SLOT);
  }

  /** Guest pages that it has code of. */
  *pages(): Generator<number> {
    const first = this.#base >>> PAGE_SHIFT;
    for (const page of this.#pack.plan.pages) yield first + page;
  }

  /** Sets the bits of a page's words that belong to functions that may be executed. */
  markTranslated(page: number, bits: Uint8Array): void {
    const { firstRange, ranges } = this.#pack.plan;
    const from = page * PAGE_SIZE_BYTES - this.#base;
    for (const index of this.#functionsOf(page)) {
      if (this.#valid[index] === 0) continue;
      for (let range = firstRange[index] ?? 0; range < (firstRange[index + 1] ?? 0); range++) {
        const start = (ranges[range * rangeRow.size] ?? 0) - from;
        const end = start + (ranges[range * rangeRow.size + rangeRow.length] ?? 0);
        for (let at = Math.max(start, 0); at < Math.min(end, PAGE_SIZE_BYTES); at += 4)
          bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << ((at >> 2) & 7));
      }
    }
  }

  /** No code was compared any more. */
  forget(): void {
    this.#invalidate();
    this.#valid.fill(0);
  }

  /** Lets go of the process's table. */
  remove(): void {
    this.forget();
    for (const slot of this.#slots) if (slot !== NO_SLOT) this.#code.freeSlot(slot);
    this.#slots.fill(NO_SLOT);
  }

  /** Compares the functions of a guest page and enters them. @returns how many may be executed */
  visit(page: number): number {
    let count = 0;
    for (const index of this.#functionsOf(page)) {
      const isNew = this.#valid[index] === 0;
      if (isNew && !this.#check(index)) continue;
      this.#enter(index, isNew ? undefined : page);
      count++;
    }
    return count;
  }

  /** Numbers of the functions that have code of a guest page. */
  #functionsOf(page: number): Uint32Array {
    const { pages, firstFunction, functionsOfPage } = this.#pack.plan;
    const at = indexOf(pages, page - this.#base / PAGE_SIZE_BYTES);
    return at < 0 ? none : functionsOfPage.subarray(firstFunction[at], firstFunction[at + 1]);
  }

  /** @returns whether the function may be executed from now on */
  #check(index: number): boolean {
    const { firstRange, ranges, code } = this.#pack.plan;
    const memory = this.#code.bytes;
    const [first, end] = [firstRange[index] ?? 0, firstRange[index + 1] ?? 0];
    for (let row = first * rangeRow.size; row < end * rangeRow.size; row += rangeRow.size) {
      const start = this.#base + (ranges[row] ?? 0);
      const length = ranges[row + rangeRow.length] ?? 0;
      const at = ranges[row + rangeRow.code] ?? 0;
      if (!this.#code.isExecutable(start, length)) return false;
      const here = GUEST_BIAS + start;
      if (memory.compare(code, at, at + length, here, here + length) !== 0) return false;
    }
    for (let row = first * rangeRow.size; row < end * rangeRow.size; row += rangeRow.size) {
      const start = this.#base + (ranges[row] ?? 0);
      this.#code.functions.markTranslated(start, start + (ranges[row + rangeRow.length] ?? 0));
    }
    this.#valid[index] = 1;
    this.#validate(index, 1);
    return true;
  }

  /** Puts the entries of a function into the records; into those of one page only, when it is given. */
  #enter(index: number, page: number | undefined): void {
    const { firstEntry, entries, sizes } = this.#pack.plan;
    const size = sizes[index] ?? 0;
    for (let entry = firstEntry[index] ?? 0; entry < (firstEntry[index + 1] ?? 0); entry++) {
      const pc = this.#base + (entries[entry] ?? 0);
      if (page !== undefined && pc >>> PAGE_SHIFT !== page) continue;
      // Where there are no records nothing is executed yet: entries of that page come when it is. Making records is for the
      // process whose turn it is, and then not always.
      if (!this.#code.hasRecords(pc >>> PAGE_SHIFT) || !this.#code.isBetter(pc, size)) continue;
      const slot = this.#slotOf(entry);
      if (slot !== undefined) this.#code.enter(pc, slot, size);
    }
  }

  #slotOf(entry: number): number | undefined {
    const known = this.#slots[entry] ?? NO_SLOT;
    if (known !== NO_SLOT) return known;
    const slot = this.#code.newSlot();
    if (slot === undefined) return undefined;
    this.#install(slot, entry, 1);
    this.#slots[entry] = slot;
    return slot;
  }
}

/** @returns the index of a number in an ascending list, or -1 */
function indexOf(list: Uint32Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return list[low] === value ? low : -1;
}
