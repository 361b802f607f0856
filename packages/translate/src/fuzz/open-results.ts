import { decode } from '@boxer/a64';
import { footprint } from './access-probe.ts';
import type { Difference } from './compare.ts';
import { signals, slotAddress, stateOffsets } from './layout.ts';
import type { Program } from './program.ts';

/**
 * Results that the architecture leaves open, and that qemu therefore may have otherwise than we: only behind an access
 * that faults.
 *
 * - Memory that a store of several elements was to write is UNKNOWN when one of them faults. We write none of it, qemu
 *   those before the fault.
 * - So are the registers that a load of several vectors was to write. We leave them alone, qemu loads those before
 *   the fault.
 *
 * @source Arm ARM DDI 0487, D1.3.6.5 "Definition of a precise exception and imprecise exception"
 */
export function withoutOpenResults(
  differences: readonly Difference[],
  program: Program,
  state: Uint8Array,
): Difference[] {
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  const signal = view.getUint32(stateOffsets.signal, true);
  const word =
    program.words[(Number(view.getBigUint64(stateOffsets.pc, true)) - slotAddress(program.slot)) / 4];
  if (signal !== signals.fault || word === undefined) return [...differences];
  const decoded = decode(word);
  if (!decoded) return [...differences];
  const { instruction, fields } = decoded;
  const x = Array.from({ length: 32 }, (_, i) => view.getBigUint64(stateOffsets.x + 8 * i, true));
  const accessed = footprint(word, x);
  const { Vt = 0, Vt2 } = fields;
  const loaded = Vt2 === undefined ? [0, 1, 2, 3].map((i) => `v${(Vt + i) % 32}`) : [`v${Vt}`, `v${Vt2}`];
  const loadsSeveral = /^(LD[1-4]|LDP)/.test(instruction.name);
  return differences.filter(({ what }) => {
    if (loadsSeveral && loaded.includes(what)) return false;
    const address = Number(/^memory\[(0x[0-9a-f]+)\]/.exec(what)?.[1] ?? NaN);
    return !(accessed?.isWrite && address >= accessed.low && address < accessed.high);
  });
}
