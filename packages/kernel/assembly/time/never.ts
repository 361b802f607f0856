/** No deadline. */
export const NEVER: u64 = u64.MAX_VALUE;
