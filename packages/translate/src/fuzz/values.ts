import { RandomSource } from '../testing/random-source.ts';
import { randomInteger, randomVector } from '../testing/random-values.ts';
import { AHP, DN, FZ, FZ16, INEXACT, RMODE } from './float-control.ts';
import { IMAGE_BYTES, STATE_BYTES, stateOffsets } from './layout.ts';

/** Numbers of a pool: enough that programs seldom see the same, quickly copied. */
const POOL = 8192;

function pool(bytesEach: number, make: () => bigint): Uint8Array {
  const bytes = new Uint8Array(POOL * bytesEach);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < POOL; i++) {
    const value = make();
    view.setBigUint64(i * bytesEach, BigInt.asUintN(64, value), true);
    if (bytesEach === 16) view.setBigUint64(i * bytesEach + 8, value >> 64n, true);
  }
  return bytes;
}

const FPSR_BITS = 0x0800_009f;

/** Edge values of registers and memory. */
export class Values {
  readonly #integers: Uint8Array;
  readonly #vectors: Uint8Array;

  /** @param halfFlush - whether FPCR has FZ16 */
  constructor(
    seed: number,
    readonly halfFlush: boolean,
  ) {
    const random = new RandomSource(seed);
    this.#integers = pool(8, () => randomInteger(random, 64));
    this.#vectors = pool(16, () => randomVector(random));
  }

  #copy(from: Uint8Array, bytesEach: number, random: RandomSource, to: Uint8Array, at: number): void {
    const first = random.below(POOL) * bytesEach;
    to.set(from.subarray(first, first + bytesEach), at);
  }

  fpcr(random: RandomSource): number {
    if (random.below(3) === 0) return 0;
    const bits = [FZ, DN, AHP, ...(this.halfFlush ? [FZ16] : [])].filter(() => random.below(3) === 0);
    return bits.reduce((all, bit) => all | bit, random.below(4) << RMODE);
  }

  fpsr(random: RandomSource): number {
    return random.oneOf([0, INEXACT, INEXACT, random.word() & FPSR_BITS]);
  }

  /** Registers to start a program with. */
  state(random: RandomSource, pc: number): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 32; i++) {
      const at = stateOffsets.x + 8 * i;
      if (random.below(4) > 0) this.#copy(this.#integers, 8, random, bytes, at);
      else {
        view.setUint32(at, random.word(), true);
        view.setUint32(at + 4, random.word(), true);
      }
      this.#copy(this.#vectors, 16, random, bytes, stateOffsets.v + 16 * i);
    }
    view.setUint32(stateOffsets.pc, pc, true);
    view.setUint32(stateOffsets.nzcv, random.below(16), true);
    view.setUint32(stateOffsets.fpcr, this.fpcr(random), true);
    view.setUint32(stateOffsets.fpsr, this.fpsr(random), true);
    this.#copy(this.#integers, 8, random, bytes, stateOffsets.tpidr);
    return bytes;
  }

  /** What the data pages hold. */
  image(random: RandomSource): Uint8Array {
    const bytes = new Uint8Array(IMAGE_BYTES);
    for (let at = 0; at < IMAGE_BYTES; at += 16) this.#copy(this.#vectors, 16, random, bytes, at);
    return bytes;
  }
}
