/** What of an image is translated ahead of time. */
export const aotModes = {
  none: 'nothing',
  profile: 'what its start command and the training commands execute',
} as const;

export type AotMode = keyof typeof aotModes;

export interface AotOptions {
  readonly mode: AotMode;
  /** Command lines for the image's shell, which are run beside its start command to see what they execute. */
  readonly train: readonly string[];
}

/** How hot code is found. Part of what names a component. */
export const training = {
  /** What each training command may execute, in instructions: less than a minute. */
  fuel: 10_000_000_000,
  /** When even this is not enough, nothing is learned from the command. */
  timeoutMs: 600_000,
  /** Samples of an instruction, 128 executed instructions apart, for what follows it to be worth translating. */
  leastSamples: 100,
  /** Bytes of translated code for a byte of the image's own code, at most. */
  maxGrowth: 2,
} as const;
