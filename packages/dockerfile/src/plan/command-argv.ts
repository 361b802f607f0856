import { DEFAULT_SHELL } from '../config/default-config.ts';

/** Puts SHELL in front of a command in shell form. */
export function withShell(shell: readonly string[], words: readonly string[]): readonly string[] {
  const program = shell.length === 0 ? DEFAULT_SHELL : shell;
  return [...program, words.join(' ')];
}
