import { exitReasons } from '@boxer/abi';
import { type Checker, type Mismatch, Tally } from './checker.ts';
import { encode } from './encode.ts';
import { IMAGE_BYTES, stateOffsets } from './layout.ts';
import { makeBatch, type Program } from './program.ts';
import type { QemuMachine } from './qemu-machine.ts';

/** Without these a program would not end where it should. */
const isKept = (word: number) =>
  (word & 0xffe0_001f) >>> 0 === 0xd420_0000 || (word & 0xff9f_fc1f) >>> 0 === 0xd61f_0000;

/** One byte of memory is like another. */
const kindOf = (what: string) => what.replace(/\[.*/, '');

/** Makes mismatching programs small: tries what can be left away, as long as something still differs. */
export class Shrinker {
  #current: Mismatch;
  readonly #reason: number;

  constructor(
    readonly checker: Checker,
    readonly qemu: QemuMachine,
    mismatch: Mismatch,
    readonly seed: number,
  ) {
    this.#current = mismatch;
    this.#reason = checker.rehearse(mismatch.batch, mismatch.program);
  }

  /** Whether a simpler program still shows a mismatch of the same kind; if so, goes on from it. */
  async #try(program: Program, image = this.#current.batch.image): Promise<boolean> {
    const batch = makeBatch(this.#current.batch.processor, [program], image);
    // What runs astray says nothing, and might harm the harness.
    const reason = this.checker.rehearse(batch, program);
    if (reason === exitReasons.fuel || reason !== this.#reason || !this.checker.endedNearby) return false;
    const inLockstep = this.#current.who === 'translator' ? [program] : [];
    const results = await this.qemu.run(batch);
    const found = this.checker.check(batch, results, new Tally(0), { inLockstep, seed: this.seed });
    const kinds = new Set(this.#current.differences.map(({ what }) => kindOf(what)));
    const same = found.find(
      ({ who, differences }) =>
        who === this.#current.who && differences.some(({ what }) => kinds.has(kindOf(what))),
    );
    if (same) this.#current = same;
    return same !== undefined;
  }

  async #withoutWords(): Promise<void> {
    for (let size = this.#current.program.words.length; size >= 1; size = Math.floor(size / 2)) {
      for (let first = 0; first < this.#current.program.words.length; first += size) {
        const { program } = this.#current;
        const words = program.words.map((word, i) =>
          i >= first && i < first + size && !isKept(word) ? encode.nop : word,
        );
        if (words.some((word, i) => word !== program.words[i])) await this.#try({ ...program, words });
      }
    }
  }

  async #withoutBytes(at: number, bytes: number): Promise<void> {
    const { program } = this.#current;
    const before = Uint8Array.from(program.before);
    if (before.subarray(at, at + bytes).every((byte) => byte === 0)) return;
    before.fill(0, at, at + bytes);
    await this.#try({ ...program, before });
  }

  async #withoutInputs(): Promise<void> {
    await this.#withoutBytes(stateOffsets.v, 512);
    for (let i = 0; i < 32; i++) await this.#withoutBytes(stateOffsets.v + 16 * i, 16);
    await this.#withoutBytes(stateOffsets.x, 256);
    for (let i = 0; i < 32; i++) await this.#withoutBytes(stateOffsets.x + 8 * i, 8);
    for (const name of ['nzcv', 'tpidr'] as const) await this.#withoutBytes(stateOffsets[name], 8);
    for (const name of ['fpcr', 'fpsr'] as const) await this.#withoutBytes(stateOffsets[name], 4);
    await this.#try(this.#current.program, new Uint8Array(IMAGE_BYTES));
  }

  /** @returns the smallest program found that still mismatches */
  async shrink(): Promise<Mismatch> {
    if (!(await this.#try(this.#current.program))) return this.#current;
    await this.#withoutWords();
    await this.#withoutInputs();
    await this.#withoutWords();
    return this.#current;
  }
}
