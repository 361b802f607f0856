import type { PackFunction } from '../pack/code-pack.ts';
import { readPack } from '../pack/read-pack.ts';
import type { CodeReader } from '../translator/code-reader.ts';
import type { BareProcess } from './bare-process.ts';

interface PackExports {
  readonly place: (base: number) => void;
  readonly install: (to: number, from: number, count: number) => void;
  readonly validate: (index: number, valid: number) => void;
  readonly invalidate: () => void;
}

/** A pack in a process: what a runner does, in short. */
export class InstalledPack {
  readonly info;
  readonly #exports: PackExports;
  readonly #first: number;

  constructor(
    readonly process: BareProcess,
    bytes: Uint8Array<ArrayBuffer>,
    readonly base: number,
  ) {
    this.info = readPack(bytes);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      process: process.codeImports,
      support: process.support,
    });
    this.#exports = exports as unknown as PackExports;
    this.#exports.place(base);
    const count = this.info.functions.reduce((sum, { entries }) => sum + entries.length, 0);
    this.#first = process.codeTable.length;
    this.#exports.install(this.#first, 0, count);
  }

  /** Enters all functions whose code is there. @returns how many of their entries have records */
  enter(): number {
    return this.info.functions.reduce((sum, each) => sum + this.#enter(each), 0);
  }

  #enter({ index, entries, ranges }: PackFunction): number {
    const { process } = this;
    const isThere = ranges.every(({ offset, bytes }) =>
      Buffer.from(process.guest(this.base + offset, bytes.length)).equals(bytes),
    );
    if (!isThere) return 0;
    for (const { offset, bytes } of ranges) {
      const start = this.base + offset;
      process.exports.markTranslated(start, start + bytes.length);
    }
    this.#exports.validate(index, 1);
    return entries.reduce(
      (sum, { offset, index: at }) =>
        sum + Number(process.exports.enterAt(this.base + offset, this.#first + at)),
      0,
    );
  }

  /** After code was forgotten. */
  invalidate(): void {
    this.#exports.invalidate();
  }
}

/** Code that is read as if it lay elsewhere. @param distance - added to where it lies */
export function movedReader(reader: CodeReader, distance: number): CodeReader {
  return {
    word: (pc) => reader.word(pc - distance),
    data: (address, bytes) => reader.data(address - distance, bytes),
  };
}
