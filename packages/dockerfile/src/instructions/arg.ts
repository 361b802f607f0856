import { atLeastOneArgument, blankNames } from './argument-errors.ts';
import { commonOf, type InstructionCommon } from './instruction-common.ts';
import type { InstructionNode } from './instruction-node.ts';

/** `ARG name[=default] …`. */
export interface ArgInstruction extends InstructionCommon {
  readonly kind: 'arg';
  readonly definitions: readonly ArgDefinition[];
}

/** One declared argument. */
export interface ArgDefinition {
  readonly name: string;
  /** Quotes are still in place; undefined without a default. */
  readonly defaultValue: string | undefined;
}

/** @throws {@link DockerfileError} without arguments or for a blank name */
export function parseArg(node: InstructionNode): ArgInstruction {
  if (node.args.length === 0) throw atLeastOneArgument('ARG');
  return { kind: 'arg', ...commonOf(node), definitions: node.args.map(parseDefinition) };
}

function parseDefinition(word: string): ArgDefinition {
  const equals = word.indexOf('=');
  if (equals === 0) throw blankNames('ARG');
  if (equals === -1) return { name: word, defaultValue: undefined };
  return { name: word.slice(0, equals), defaultValue: word.slice(equals + 1) };
}
