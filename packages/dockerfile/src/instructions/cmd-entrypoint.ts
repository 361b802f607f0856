import { type CommandLine, commandLineOf } from './command-line.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `CMD command`. */
export interface CmdInstruction extends InstructionCommon {
  readonly kind: 'cmd';
  readonly command: CommandLine;
}

/** `ENTRYPOINT command`. */
export interface EntrypointInstruction extends InstructionCommon {
  readonly kind: 'entrypoint';
  readonly command: CommandLine;
}

/** @throws {@link DockerfileError} for flags: CMD has none */
export function parseCmd(node: InstructionNode): CmdInstruction {
  parseFlags(node.flags, {});
  return { kind: 'cmd', ...commonOf(node), command: commandLineOf(node) };
}

/** @throws {@link DockerfileError} for flags: ENTRYPOINT has none */
export function parseEntrypoint(node: InstructionNode): EntrypointInstruction {
  parseFlags(node.flags, {});
  return { kind: 'entrypoint', ...commonOf(node), command: commandLineOf(node) };
}
