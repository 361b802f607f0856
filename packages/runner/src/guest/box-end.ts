/** Thrown through the guest to end the box at once: it called exit, or went over a limit that the host keeps. */
export class BoxEnd extends Error {
  constructor(
    readonly reason: 'exit' | 'output-limit',
    readonly code: number,
  ) {
    super(reason);
  }
}
