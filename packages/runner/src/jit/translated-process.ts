import {
  type codeFunctions,
  cpuState,
  engineCells,
  GUEST_BIAS,
  PAGE_SHIFT,
  PAGE_SIZE_BYTES,
  pagePermissions,
  PERMISSIONS_AT,
} from '@boxer/abi';
import type { PostedCode, PostedPage, PostedPlace } from './messages.ts';

/** What a process module exports for translated code. */
type CodeExports = Record<keyof typeof codeFunctions, (...args: number[]) => unknown>;

interface Installed {
  readonly code: PostedCode;
  readonly firstIndex: number;
}

const FRAMES = 6;
const REACH_BYTES = 0x1_0000;

/** The code of one process: where it spends its time, and what of it is translated. */
export class TranslatedProcess {
  /** Times that a slice ended at an address, or in a function, that is not translated. */
  readonly #samples = new Map<number, number>();
  readonly #entries = new Set<number>();
  #installed: Installed[] = [];
  #epoch = 0;
  #view: DataView;
  readonly #functions: CodeExports;
  readonly #table: WebAssembly.Table;
  #dispatch: WebAssembly.ExportValue | undefined;

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly exports: WebAssembly.Instance['exports'],
    readonly support: WebAssembly.Instance['exports'],
  ) {
    this.#view = new DataView(memory.buffer);
    this.#functions = exports as unknown as CodeExports;
    this.#table = exports['code'] as WebAssembly.Table;
    this.#epoch = this.#codeEpoch();
  }

  /** Process modules of older components have none of it. */
  static supports(exports: WebAssembly.Instance['exports']): boolean {
    return exports['code'] instanceof WebAssembly.Table && typeof exports['enterAt'] === 'function';
  }

  #refresh(): DataView {
    if (this.#view.buffer !== this.memory.buffer) this.#view = new DataView(this.memory.buffer);
    return this.#view;
  }

  #codeEpoch(): number {
    return this.#refresh().getUint32(engineCells.codeEpoch, true);
  }

  get entries(): readonly number[] {
    return [...this.#entries];
  }

  /** Forgets everything: another program runs here now. */
  clear(): void {
    for (const { code, firstIndex } of this.#installed) {
      code.entries.forEach((_, i) => this.#table.set(firstIndex + i, null));
    }
    this.#installed = [];
    this.#entries.clear();
    this.#samples.clear();
    this.#epoch = this.#codeEpoch();
  }

  /** After code was invalidated no entry is left: puts back those whose code is still the same. */
  refresh(): void {
    const epoch = this.#codeEpoch();
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const before = this.#installed;
    this.#installed = [];
    this.#entries.clear();
    for (const each of before) {
      if (this.#isUnchanged(each.code)) this.#enter(each);
      else each.code.entries.forEach((_, i) => this.#table.set(each.firstIndex + i, null));
    }
  }

  /**
   * Takes note of where a slice ended.
   *
   * @param threshold - samples of a function, or more of a place in it, that make it worth translating
   * @returns the place, when it is
   */
  sample(threshold: number): PostedPlace | undefined {
    const view = this.#refresh();
    // What is translated needs no more attention, wherever its slice ended.
    const wide = view.getBigUint64(cpuState.pc, true);
    if (wide >= 1n << 32n || view.getUint32(engineCells.endedTranslated, true) !== 0) return undefined;
    const pc = Number(wide);
    if (this.#entries.has(pc)) return undefined;
    const entry = this.#functionOf(pc);
    const count = (key: number) => {
      const times = (this.#samples.get(key) ?? 0) + 1;
      this.#samples.set(key, times);
      return times;
    };
    // Keys of functions are odd: an address has two counts.
    const [ofPlace, ofFunction] = [count(pc), count(entry + 1)];
    return ofFunction === threshold || ofPlace === threshold + 1 ? { pc, entry } : undefined;
  }

  /** The nearest function before an address that a caller on the stack has called. */
  #functionOf(pc: number): number {
    const targets = this.#returnAddresses().flatMap((address) => this.#calledBefore(address) ?? []);
    const near = targets.filter((target) => target <= pc && pc - target < REACH_BYTES);
    return near.length > 0 ? Math.max(...near) : pc;
  }

  #returnAddresses(): number[] {
    const view = this.#refresh();
    const register = (index: number) => Number(view.getBigUint64(cpuState.x + 8 * index, true));
    const addresses = [register(30)];
    let frame = register(29);
    for (let i = 0; i < FRAMES && this.#permits(frame, 16, pagePermissions.read); i++) {
      addresses.push(Number(view.getBigUint64(GUEST_BIAS + frame + 8, true)));
      const next = Number(view.getBigUint64(GUEST_BIAS + frame, true));
      if (next <= frame) break;
      frame = next;
    }
    return addresses;
  }

  /** The target of the BL before a return address. */
  #calledBefore(address: number): number | undefined {
    const at = address - 4;
    if (at % 4 !== 0 || !this.#permits(at, 4, pagePermissions.execute)) return undefined;
    const word = this.#refresh().getUint32(GUEST_BIAS + at, true);
    return word >>> 26 === 0x25 ? at + ((word << 6) >> 4) : undefined;
  }

  #permits(address: number, bytes: number, permission: number): boolean {
    if (!Number.isSafeInteger(address) || address < 0 || address + bytes > 2 ** 32) return false;
    const view = this.#refresh();
    return [address, address + bytes - 1].every(
      (each) => (view.getUint8(PERMISSIONS_AT + (each >>> PAGE_SHIFT)) & permission) !== 0,
    );
  }

  /** Copies of pages, where they are present. */
  pages(numbers: readonly number[]): PostedPage[] {
    const view = this.#refresh();
    return numbers.flatMap((number) => {
      const permissions = number >= 0 && number < 2 ** 20 ? view.getUint8(PERMISSIONS_AT + number) : 0;
      if (permissions === 0) return [];
      const at = GUEST_BIAS + number * PAGE_SIZE_BYTES;
      return [
        { number, permissions, bytes: new Uint8Array(this.memory.buffer).slice(at, at + PAGE_SIZE_BYTES) },
      ];
    });
  }

  #isUnchanged(code: PostedCode): boolean {
    return code.ranges.every(({ start, bytes }) => {
      for (let page = start >>> PAGE_SHIFT; page <= (start + bytes.length - 1) >>> PAGE_SHIFT; page++) {
        if (!this.#permits(page * PAGE_SIZE_BYTES, 1, pagePermissions.execute)) return false;
      }
      const here = new Uint8Array(this.memory.buffer, GUEST_BIAS + start, bytes.length);
      return Buffer.compare(here, bytes) === 0;
    });
  }

  /** Executes translated code from now on. @returns false when it is not the code of this process */
  install(code: PostedCode, dispatcher: WebAssembly.Module): boolean {
    this.refresh();
    if (!this.#isUnchanged(code)) return false;
    this.#dispatch ??= new WebAssembly.Instance(dispatcher, { process: { ...this.exports } }).exports[
      'dispatch'
    ];
    const imports = { process: { ...this.exports, dispatch: this.#dispatch }, support: { ...this.support } };
    const { exports } = new WebAssembly.Instance(code.module, imports as WebAssembly.Imports);
    const firstIndex = this.#table.grow(code.entries.length);
    code.entries.forEach(({ name }, i) => this.#table.set(firstIndex + i, asFunction(exports[name])));
    this.#enter({ code, firstIndex });
    return true;
  }

  #enter(installed: Installed): void {
    const { code, firstIndex } = installed;
    for (const { start, bytes } of code.ranges) this.#functions.markTranslated(start, start + bytes.length);
    code.entries.forEach(({ pc }, i) => {
      this.#functions.enterAt(pc, firstIndex + i);
      this.#entries.add(pc);
    });
    this.#installed.push(installed);
    // Making room for records may have thrown all entries away: then refresh() puts them back later.
  }
}

function asFunction(exported: WebAssembly.ExportValue | undefined): ((...args: never[]) => unknown) | null {
  return typeof exported === 'function' ? exported : null;
}
