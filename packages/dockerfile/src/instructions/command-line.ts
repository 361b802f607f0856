import type { Heredoc } from '../lines/heredoc.ts';
import type { InstructionNode } from './instruction-node.ts';

/** What RUN, CMD and ENTRYPOINT execute. */
export interface CommandLine {
  /** Exec form: the argument vector. Shell form: at most one text, to be given to SHELL. */
  readonly words: readonly string[];
  readonly form: 'shell' | 'exec';
  readonly heredocs: readonly Heredoc[];
}

/** The command of an instruction that takes a JSON array or a text. */
export function commandLineOf(node: InstructionNode): CommandLine {
  return {
    words: commandWords(node.args, node.json),
    form: node.json ? 'exec' : 'shell',
    heredocs: node.heredocs,
  };
}

/** In the shell form, the words are one text. */
export function commandWords(args: readonly string[], json: boolean): readonly string[] {
  if (json || args.length === 0) return args;
  return [args.join(' ')];
}
