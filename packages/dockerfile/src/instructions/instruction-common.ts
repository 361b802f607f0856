import type { SourceRange } from '@boxer/foundation';
import { trimSpace } from '../gotext/space.ts';
import type { InstructionNode } from './instruction-node.ts';

/** What all instructions have. */
export interface InstructionCommon {
  /** Keyword as written. */
  readonly keyword: string;
  /** The instruction as written, on one line. */
  readonly source: string;
  readonly range: SourceRange;
  /** Comments directly above. */
  readonly comments: readonly string[];
}

/** Takes over from a node what all instructions have. */
export function commonOf(node: InstructionNode): InstructionCommon {
  return {
    keyword: node.keyword,
    source: trimSpace(node.original),
    range: node.range,
    comments: node.comments,
  };
}
