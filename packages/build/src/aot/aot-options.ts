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
