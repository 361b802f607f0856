import type { IgnoreMatcher } from '../ignore/ignore-matcher.ts';
import type { Linter } from '../lint/linter.ts';
import type { ShellLexer } from '../shell/shell-lexer.ts';
import type { Dockerfile } from '../stages/dockerfile.ts';
import type { EnvList } from '../stages/env-list.ts';
import type { NamedContexts } from '../stages/named-contexts.ts';
import type { GraphStage } from '../stages/stage-graph.ts';
import type { StageReferences } from '../stages/stage-references.ts';
import type { Platform } from '../platform/platform.ts';

/** The `.dockerignore`, for lint. */
export interface IgnoreRules {
  readonly patterns: readonly string[];
  readonly matcher: IgnoreMatcher;
}

/** What both phases of planning share. */
export interface PlanSession {
  readonly dockerfile: Dockerfile;
  readonly lexer: ShellLexer;
  readonly linter: Linter;
  readonly references: StageReferences;
  readonly contexts: NamedContexts;
  readonly target: GraphStage;
  /** Plan all stages, not only those that the target needs. */
  readonly allStages: boolean;
  /** Global ARGs and platform ARGs. */
  readonly globalArgs: EnvList;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: Readonly<Record<string, string>>;
  readonly targetPlatform: Platform;
  /** SOURCE_DATE_EPOCH in seconds. */
  readonly epoch: number | undefined;
  /** Undefined when nothing is ignored. */
  readonly ignore: IgnoreRules | undefined;
}
