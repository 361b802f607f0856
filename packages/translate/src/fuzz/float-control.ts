import { blankState, execute } from '@boxer/a64';
import { blankMemory } from './access-probe.ts';

/** Fields of FPCR; RMODE by its lowest bit. @source Arm ARM DDI 0487, "FPCR, Floating-point Control Register" */
export const FZ16 = 1 << 19;
export const RMODE = 22;
export const FZ = 1 << 24;
export const DN = 1 << 25;
export const AHP = 1 << 26;
/** Of FPSR: IXC. */
export const INEXACT = 0x10;

/** MSR FPCR, X0 */
const WRITE_FPCR = 0xd51b_4400;

/** @returns the bits of FPCR that our processor has */
export function fpcrBits(): number {
  const state = blankState();
  state.x[0] = 2n ** 32n - 1n;
  execute(state, blankMemory(), WRITE_FPCR);
  return Number(state.cells.fpcr);
}
