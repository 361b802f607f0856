import { DockerfileError } from '../dockerfile-error.ts';
import type { CopyMode } from './build-step.ts';

const SYMBOLIC = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*$/;
const LONGEST = 1024;

/**
 * Reads `--chmod`: octal, or symbolic as in chmod(1).
 *
 * @throws {@link DockerfileError} for anything else
 */
export function parseCopyMode(text: string): CopyMode {
  if (/^[0-7]+$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    if (bits <= 0o7777) return { kind: 'octal', bits };
  } else if (text.length <= LONGEST && SYMBOLIC.test(text)) {
    return { kind: 'symbolic', expression: text };
  }
  const message = `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`;
  throw new DockerfileError('DOCKERFILE_VALUE', message);
}
