import { atLeastOneArgument, instructionError } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `SHELL ["program", "argument", …]`. */
export interface ShellInstruction extends InstructionCommon {
  readonly kind: 'shell';
  readonly shell: readonly string[];
}

/** @throws {@link DockerfileError} unless the argument is a JSON array that is not empty */
export function parseShell(node: InstructionNode): ShellInstruction {
  parseFlags(node.flags, {});
  if (node.args.length === 0) throw atLeastOneArgument('SHELL');
  if (!node.json) throw notJson(node);
  return { kind: 'shell', ...commonOf(node), shell: node.args };
}

function notJson(node: InstructionNode): Error {
  const words = node.args.flatMap((text) => text.split(/\s+/)).map((word) => JSON.stringify(word));
  return instructionError(
    'SHELL requires the arguments to be in JSON form',
    `Write SHELL [${words.join(', ')}] instead.`,
  );
}
