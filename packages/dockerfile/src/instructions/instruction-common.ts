import { trimSpace } from '../gotext/space.ts';
import type { InstructionCommon } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';

/** Takes over from a node what all instructions have. */
export function commonOf(node: InstructionNode): InstructionCommon {
  return {
    keyword: node.keyword,
    source: trimSpace(node.original),
    range: node.range,
    comments: node.comments,
  };
}
