import { cpuState, engineCells, GUEST_BIAS, pagePermissions } from '@boxer/abi';
import type { GuestCode } from './guest-code.ts';
import type { ProcessCode } from './process-code.ts';

/** A place where a process spends its time. */
export interface HotPlace {
  readonly pc: number;
  /** Where its function seems to begin. */
  readonly entry: number;
}

const FRAMES = 6;
const REACH_BYTES = 0x1_0000;

/** Where a process spends its time outside translated code, from where its slices end. */
export class HotPlaces {
  readonly #code: ProcessCode;
  readonly #guest: GuestCode;
  /** By address; keys of functions are odd, since an address has two counts. */
  readonly #samples = new Map<number, number>();

  constructor(code: ProcessCode) {
    this.#code = code;
    this.#guest = code.guest;
  }

  clear(): void {
    this.#samples.clear();
  }

  /**
   * Takes note of where a slice ended.
   *
   * @param threshold - samples of a function, or more of a place in it, that make it worth translating
   * @returns the place, when it is
   */
  sample(threshold: number): HotPlace | undefined {
    const { view } = this.#guest;
    // What is translated needs no more attention, wherever its slice ended.
    const wide = view.getBigUint64(cpuState.pc, true);
    if (wide >= 1n << 32n || view.getUint32(engineCells.endedTranslated, true) !== 0) return undefined;
    const pc = Number(wide);
    if (this.#code.isEntry(pc)) return undefined;
    const entry = this.#functionOf(pc);
    const [ofPlace, ofFunction] = [this.#count(pc), this.#count(entry + 1)];
    return ofFunction === threshold || ofPlace === threshold + 1 ? { pc, entry } : undefined;
  }

  #count(key: number): number {
    const times = (this.#samples.get(key) ?? 0) + 1;
    this.#samples.set(key, times);
    return times;
  }

  /** The nearest function before an address that a caller on the stack has called. */
  #functionOf(pc: number): number {
    const targets = this.#returnAddresses().flatMap((address) => this.#calledBefore(address) ?? []);
    const near = targets.filter((target) => target <= pc && pc - target < REACH_BYTES);
    return near.length > 0 ? Math.max(...near) : pc;
  }

  #returnAddresses(): number[] {
    const { view } = this.#guest;
    const register = (index: number) => Number(view.getBigUint64(cpuState.x + 8 * index, true));
    const addresses = [register(30)];
    let frame = register(29);
    for (let i = 0; i < FRAMES && this.#guest.permits(frame, 16, pagePermissions.read); i++) {
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
    if (at % 4 !== 0 || !this.#guest.permits(at, 4, pagePermissions.execute)) return undefined;
    const word = this.#guest.view.getUint32(GUEST_BIAS + at, true);
    return word >>> 26 === 0x25 ? at + ((word << 6) >> 4) : undefined;
  }
}
