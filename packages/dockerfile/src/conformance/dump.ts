import { goQuote, goQuoteList } from '../gotext/quote.ts';
import { trimSpace } from '../gotext/space.ts';
import type { InstructionNode } from '../instructions/instruction-node.ts';

/** The reference's textual form of a parsed Dockerfile, for comparison. @source buildkit, parser.Node.Dump */
export function dump(nodes: readonly InstructionNode[]): string {
  return trimSpace(nodes.map((node) => `(${dumpNode(node)})\n`).join(''));
}

function dumpNode(node: InstructionNode): string {
  const flags = node.flags.length === 0 ? '' : ` ${goQuoteList(node.flags)}`;
  const trigger = node.trigger === undefined ? '' : ` (${dumpNode(node.trigger)})`;
  return trimSpace(
    `${node.keyword.toLowerCase()}${flags}${trigger}${node.args.map((arg) => ` ${goQuote(arg)}`).join('')}`,
  );
}
