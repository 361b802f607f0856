import { JsonProgress } from './json-progress.ts';
import { PlainProgress } from './plain-progress.ts';
import type { ProgressView } from './progress-view.ts';
import { TerminalProgress } from './terminal-progress.ts';

export const progressKinds = ['auto', 'plain', 'json'] as const;

/** Value of `--progress`. */
export type ProgressKind = (typeof progressKinds)[number];

/** Chooses the form of progress; `auto` draws on a terminal and writes plain lines elsewhere. */
export function createProgress(kind: ProgressKind, stream: NodeJS.WriteStream): ProgressView {
  const write = (text: string) => void stream.write(text);
  if (kind === 'json') return new JsonProgress(write);
  if (kind === 'auto' && stream.isTTY) return new TerminalProgress(stream);
  return new PlainProgress(write);
}
