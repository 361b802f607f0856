import { exitCodes } from '@boxer/foundation';

/** The exit codes as documented. */
export const exitCodeRows: readonly { readonly code: number | string; readonly meaning: string }[] = [
  { code: 0, meaning: 'Done. For `boxer run`: the program in the box ended with 0.' },
  { code: exitCodes.buildFailed, meaning: '`boxer build`: the Dockerfile is wrong, or a step of it failed.' },
  { code: exitCodes.timeout, meaning: '`boxer run`: the box ran longer than `--timeout`.' },
  { code: exitCodes.boxerFailed, meaning: 'Boxer failed: wrong usage, an unreadable image or policy.' },
  { code: exitCodes.notExecutable, meaning: '`boxer run`: the program in the box is not executable.' },
  { code: exitCodes.notFound, meaning: '`boxer run`: there is no such program in the box.' },
  { code: exitCodes.outOfMemory, meaning: '`boxer run`: the box is over `--memory` (128 + SIGKILL).' },
  { code: exitCodes.outOfFuel, meaning: '`boxer run`: the box is out of `--fuel` (128 + SIGXCPU).' },
  { code: exitCodes.outputLimit, meaning: '`boxer run`: the box is over `--max-output` (128 + SIGXFSZ).' },
  { code: 'other', meaning: '`boxer run`: that of the program in the box; 128 + n when signal n ended it.' },
];
