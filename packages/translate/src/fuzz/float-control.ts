import { execute } from '@boxer/a64';
import { blankMemory, blankState } from './access-probe.ts';

/** MSR FPCR, X0 */
const WRITE_FPCR = 0xd51b_4400;

/** @returns the bits of FPCR that our processor has */
export function fpcrBits(): number {
  const state = blankState(0);
  state.x[0] = 2n ** 32n - 1n;
  execute(state, blankMemory(), WRITE_FPCR);
  return Number(state.cells.fpcr);
}
