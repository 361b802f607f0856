import type { SourceRange } from '@boxer/foundation';
import type { EscapeToken } from '../lines/directives.ts';
import type { Heredoc } from '../lines/heredoc.ts';

/** An instruction split into its parts, not yet checked. */
export interface InstructionNode {
  /** As written, in any case. */
  readonly keyword: string;
  /** Leading words that start with `--`, quotes removed. */
  readonly flags: readonly string[];
  /** Split as the instruction demands. ENV and LABEL: name, value and separator (`=` or nothing) in turn. */
  readonly args: readonly string[];
  /** The arguments are a JSON array. */
  readonly json: boolean;
  readonly heredocs: readonly Heredoc[];
  /** ONBUILD: the instruction to run later. */
  readonly trigger: InstructionNode | undefined;
  /** All lines joined, heredoc bodies left out. */
  readonly original: string;
  /** Comments directly above. */
  readonly comments: readonly string[];
  readonly range: SourceRange;
}

/** A Dockerfile as a list of instructions. */
export interface InstructionFile {
  readonly escapeToken: EscapeToken;
  readonly nodes: readonly InstructionNode[];
  /** Instructions with a blank line inside. */
  readonly emptyContinuations: readonly SourceRange[];
}
