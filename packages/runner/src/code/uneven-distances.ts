/**
 * Distances between samples: always the same ones, but none that a loop of the guest could keep step with. Were they all equal,
 * samples of a long loop would soon fall on the same few branches in every round, since slices end at branches.
 *
 * @param average - the least one is half of it, the longest one and a half times
 * @source George Marsaglia, "Xorshift RNGs" (2003)
 */
export function* unevenDistances(average: number): Generator<number, never> {
  for (let state = 0x9e37_79b9; ;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield average / 2 + ((state >>> 8) % average);
  }
}
