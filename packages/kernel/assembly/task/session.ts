/** A session: process groups that share a controlling terminal. */
export class Session {
  /** Device number of the controlling terminal (major << 20 | minor), or 0. */
  terminal: u32 = 0;
  /** Process group in the foreground of that terminal. */
  foregroundGroup: i32 = 0;

  /** @param id - process ID of the session leader */
  constructor(readonly id: i32) {}
}
