import type { Instruction } from '../instructions/instruction.ts';
import type { InstructionNode } from '../instructions/instruction-node.ts';
import type { Linter } from './linter.ts';

/** Rules that look at one instruction as written, before it is checked. */
export function lintNode(node: InstructionNode, linter: Linter): void {
  const keyword = node.keyword.toUpperCase();
  if (keyword === 'MAINTAINER') linter.report('MaintainerDeprecated', node);
  if (keyword === 'FROM') lintFrom(node, linter);
}

/** Rules that look at one checked instruction. */
export function lintInstruction(instruction: Instruction, linter: Linter): void {
  if (instruction.kind === 'from' && instruction.name !== undefined) {
    lintDescription('FROM', [instruction.name], instruction, linter);
  }
  if (instruction.kind === 'arg') {
    const names = instruction.definitions.map(({ name }) => name);
    lintDescription('ARG', names, instruction, linter);
  }
}

function lintFrom(node: InstructionNode, linter: Linter): void {
  const [, as, name] = node.args;
  if (node.args.length === 3 && name !== undefined && name !== name.toLowerCase()) {
    linter.report('StageNameCasing', node, name);
  }
  if (as !== undefined && name !== undefined && !hasMatchingCase(node.keyword, as)) {
    linter.report('FromAsCasing', node, node.keyword, as);
  }
}

/** A keyword in mixed case is another rule's business. */
function hasMatchingCase(from: string, as: string): boolean {
  if (from === from.toLowerCase()) return as === as.toLowerCase();
  return from !== from.toUpperCase() || as === as.toUpperCase();
}

function lintDescription(
  keyword: string,
  names: readonly string[],
  instruction: Instruction,
  linter: Linter,
): void {
  const comment = instruction.comments.at(-1);
  const [first = ''] = names;
  if (comment === undefined || names.includes(comment.split(' ')[0] ?? '')) return;
  linter.report('InvalidDefinitionDescription', instruction, keyword, names.length > 1 ? '<arg_key>' : first);
}
