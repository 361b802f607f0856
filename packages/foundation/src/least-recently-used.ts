/** Something that is kept as long as there is room. */
export interface KeptEntry {
  readonly sizeBytes: number;
  readonly lastUsedMs: number;
}

/**
 * Chooses what goes first when there is too much.
 *
 * @param excessBytes - bytes to be freed, if entries hold so many
 * @returns entries to remove: those used longest ago, no more than needed
 */
export function leastRecentlyUsed<T extends KeptEntry>(entries: readonly T[], excessBytes: number): T[] {
  let left = excessBytes;
  return entries
    .toSorted((one, other) => one.lastUsedMs - other.lastUsedMs)
    .filter(({ sizeBytes }) => {
      const goes = left > 0;
      left -= sizeBytes;
      return goes;
    });
}
