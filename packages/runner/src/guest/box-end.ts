/** Thrown through the guest to end the box at once: it called exit, went over a limit that the host keeps, or waits for
 * what will not come. */
export class BoxEnd extends Error {
  constructor(
    readonly reason: 'exit' | 'output-limit' | 'out-of-memory' | 'idle',
    readonly code: number,
  ) {
    super(reason);
  }
}
