import type { ImageConfig } from '../config/image-config.ts';
import type { EnvList } from '../stages/env-list.ts';
import type { Platform } from '../platform/platform.ts';

/** What is known at the end of a stage. A stage that starts from this one takes it over. */
export interface StageState {
  readonly platform: Platform;
  readonly image: ImageConfig;
  /** Variables of ENV and ARG together, as RUN and expansions see them. */
  readonly env: EnvList;
  /** ARGs declared so far; undefined when they have no value. */
  readonly buildArgs: ReadonlyMap<string, string | undefined>;
  /** WORKDIR was used in this Dockerfile. */
  readonly hasWorkdir: boolean;
}
