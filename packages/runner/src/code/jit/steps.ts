/** Work that can be done a little at a time: it may pause at every `yield`. */
export type Steps<T> = Generator<undefined, T>;

/** Goes on with work, for a time, and a step at least. @returns whether it is done */
export function advance(steps: Steps<unknown>, milliseconds: number): boolean {
  for (const end = performance.now() + milliseconds; ;) {
    if (steps.next().done === true) return true;
    if (performance.now() >= end) return false;
  }
}
