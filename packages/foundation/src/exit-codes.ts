/**
 * Exit codes that do not come from the guest.
 *
 * @source docker run, "Exit status" (125, 126, 127); coreutils timeout (124); signal(7) (128 + 9, 128 + 24, 128 + 25)
 */
export const exitCodes = {
  /** The build failed: the Dockerfile is at fault, or a step of it failed. */
  buildFailed: 1,
  timeout: 124,
  /** Boxer itself failed: wrong usage, unreadable image, refused policy. */
  boxerFailed: 125,
  notExecutable: 126,
  notFound: 127,
  /** Over the memory cap: 128 + SIGKILL. */
  outOfMemory: 137,
  /** Ended from outside, without time to say more: 128 + SIGKILL. */
  killed: 137,
  /** Out of fuel: 128 + SIGXCPU. */
  outOfFuel: 152,
  /** Over the cap on output: 128 + SIGXFSZ. */
  outputLimit: 153,
} as const;
