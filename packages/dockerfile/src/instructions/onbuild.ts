import { atLeastOneArgument, instructionError } from './argument-errors.ts';
import { parseFlags } from './flags.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `ONBUILD instruction`: text to be run in builds based on this image. */
export interface OnbuildInstruction extends InstructionCommon {
  readonly kind: 'onbuild';
  /** The instruction, with heredoc bodies on further lines. */
  readonly expression: string;
}

const ONBUILD = /^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i;

/** @throws {@link DockerfileError} for a trigger that may not be one; other mistakes in it show when it runs */
export function parseOnbuild(node: InstructionNode): OnbuildInstruction {
  if (node.trigger === undefined) throw atLeastOneArgument('ONBUILD');
  parseFlags(node.flags, {});
  const keyword = node.trigger.keyword.toUpperCase();
  if (keyword === 'ONBUILD') throw instructionError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (keyword === 'MAINTAINER' || keyword === 'FROM') {
    throw instructionError(`${keyword} isn't allowed as an ONBUILD trigger`);
  }
  const bodies = node.heredocs.map(({ content, name }) => `\n${content}${name}`);
  return {
    kind: 'onbuild',
    ...commonOf(node),
    expression: node.original.replace(ONBUILD, '') + bodies.join(''),
  };
}
