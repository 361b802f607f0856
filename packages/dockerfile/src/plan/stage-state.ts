import type { ImageConfig } from '../config/image-config.ts';
import { EnvList } from '../stages/env-list.ts';
import type { Platform } from '../platform/platform.ts';

/** What is known after a step of a stage. A stage that starts from this one takes it over. */
export interface StageState {
  readonly platform: Platform;
  readonly image: ImageConfig;
  /** Variables of ENV and ARG together, as RUN and later expansions see them. */
  readonly env: EnvList;
  /** ARGs declared so far, for the history of RUN. */
  readonly buildArgs: readonly BuildArg[];
  /** Working directory, absolute. */
  readonly workdir: string;
  /** WORKDIR was used in this Dockerfile. */
  readonly hasWorkdir: boolean;
}

/** A declared ARG; undefined when it has no value. */
export interface BuildArg {
  readonly name: string;
  readonly value: string | undefined;
}
