import type { SourceRange } from '@boxer/foundation';

/** A finding of a lint rule. */
export interface LintWarning {
  /** Name of the rule, see the table of rules. */
  readonly rule: string;
  /** What is wrong here. */
  readonly message: string;
  /** What the rule asks for in general. */
  readonly description: string;
  /** Page that explains the rule. */
  readonly url: string;
  readonly range: SourceRange;
}
