import type { SourceRange } from '@boxer/foundation';
import type { ImageConfig } from '../config/image-config.ts';
import type { LintWarning } from '../lint/lint-warning.ts';
import type { BuildStep, FileSource } from './build-step.ts';
import type { PlanSession } from './plan-session.ts';
import type { Platform } from '../platform/platform.ts';

/** What the command line adds to a Dockerfile. */
export interface PlanOptions {
  /** Name of the Dockerfile in messages. Default: `Dockerfile`. */
  readonly file?: string;
  /** Stage to build; default: the last. */
  readonly target?: string;
  /** Plan all stages, not only those that the target needs, as for checking a Dockerfile. */
  readonly allStages?: boolean;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Labels that override those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: `linux/arm64`. */
  readonly targetPlatform?: string;
  /** Default: the target platform. */
  readonly buildPlatform?: string;
  /**
   * `--build-context NAME=SOURCE`. A source is `docker-image://reference`, or anything else that the
   * executor understands (a path, a URL, `oci-layout://…`).
   */
  readonly contexts?: Readonly<Record<string, string>>;
  /** The lines of the `.dockerignore`; only used to warn of COPY sources that it hides. */
  readonly ignorePatterns?: readonly string[];
  /** Called for each lint warning as it is found, also when planning fails afterwards. */
  readonly onWarning?: (warning: LintWarning) => void;
  /** Seconds since 1970 that a SOURCE_DATE_EPOCH which names a context or stage stands for. */
  readonly sourceDateEpoch?: number;
}

/** The stages needed for the target, before any base is known. */
export interface BuildPlan {
  readonly file: string;
  /** Index of the stage to build. */
  readonly target: number;
  /** Needed stages, in the order of the Dockerfile, which is an order of execution. */
  readonly stages: readonly PlannedStage[];
  /** Names of all stages, needed or not. */
  readonly stageNames: readonly string[];
  /** Bases whose config has to be known before the steps can be worked out, each once. */
  readonly bases: readonly ExternalBase[];
  /** Lint warnings of the phases so far. */
  readonly warnings: readonly LintWarning[];
  /** State carried over to `resolveBuild`. */
  readonly session: PlanSession;
}

/** A stage of the plan. */
export interface PlannedStage {
  /** Position in the Dockerfile, from 0. */
  readonly index: number;
  /** As given by AS, lower case; `stage-N` when it has no name. */
  readonly name: string;
  /** From the comment above FROM, when it starts with the stage's name. */
  readonly description: string | undefined;
  readonly range: SourceRange;
  readonly base: StageBase;
  /** Indexes of the stages that must be built before. */
  readonly dependsOn: readonly number[];
}

/** What a stage starts from. */
export type StageBase =
  { readonly kind: 'scratch' } | { readonly kind: 'stage'; readonly index: number } | ExternalBase;

/** A base from outside the Dockerfile. */
export type ExternalBase =
  | {
      readonly kind: 'image';
      /** Normalised, with tag or digest: `docker.io/library/debian:bookworm`. */
      readonly reference: string;
      readonly platform: Platform;
    }
  | {
      readonly kind: 'named-context';
      readonly name: string;
      readonly source: string;
      readonly platform: Platform;
    };

/**
 * Fetches the config of a base.
 *
 * When it rejects with a BoxerError, that is reported at the FROM that names the base; any other error passes through.
 *
 * @returns the image config; undefined for a named context that is plain files
 */
export type ResolveBase = (base: ExternalBase) => Promise<ImageConfig | undefined>;

/** The whole build, with nothing left to look up but file contents. */
export interface ResolvedBuild {
  /** In order of execution: a stage refers only to earlier ones. */
  readonly stages: readonly ResolvedStage[];
  readonly target: ResolvedStage;
  /** Config of the result; `created` and `rootfs` are for the executor to fill in. */
  readonly image: ImageConfig;
  /** Places outside the Dockerfile that steps read files from, each once. */
  readonly fileSources: readonly FileSource[];
  /** Host name that RUN sees. */
  readonly hostname: string;
  /** SOURCE_DATE_EPOCH in seconds, when set. */
  readonly epoch: number | undefined;
  readonly warnings: readonly LintWarning[];
}

/** A stage whose steps are worked out. */
export interface ResolvedStage {
  readonly index: number;
  readonly name: string;
  readonly range: SourceRange;
  readonly base: StageBase;
  readonly platform: Platform;
  /** Triggers of the base come first. */
  readonly steps: readonly BuildStep[];
  /** Image config after the last step, history of the base included. */
  readonly image: ImageConfig;
}
