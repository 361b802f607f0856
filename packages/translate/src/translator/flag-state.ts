/**
 * Where the flags are at a point of a translated function.
 *
 * `memory`: in the CPU state, perhaps pending (see process-abi's `pendingFlags`).
 * `nzcv`: in four locals. `dead`: nobody will read them.
 * Others: not computed yet; the operands of the instruction that sets them are in locals.
 */
export type FlagState = 'memory' | 'nzcv' | 'dead' | PendingFlags;

/** Flags of a - b, of a + b, of a logical result; with the operands' width. */
export type PendingFlags = 'sub32' | 'sub64' | 'add32' | 'add64' | 'logical32' | 'logical64';

export const isPending = (state: FlagState): state is PendingFlags => /\d$/.test(state);

/** Whether leaving translated code has to store them. */
export const isInLocals = (state: FlagState): boolean => state !== 'memory' && state !== 'dead';

export const widthOf = (state: PendingFlags): 32 | 64 => (state.endsWith('64') ? 64 : 32);

/** As the cell of the CPU state names them; 0: nothing is pending. */
export const pendingNumbers: Readonly<Record<PendingFlags, number>> = {
  sub32: 1,
  sub64: 2,
  add32: 3,
  add64: 4,
  logical32: 5,
  logical64: 6,
};
