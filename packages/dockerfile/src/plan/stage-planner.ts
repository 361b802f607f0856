import { suggest } from '@boxer/foundation';
import { ConfigDraft } from '../config/config-draft.ts';
import { DEFAULT_PATH } from '../config/default-config.ts';
import type { HistoryEntry, ImageConfig } from '../config/image-config.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import type { Linter } from '../lint/linter.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';
import type { EnvList } from '../stages/env-list.ts';
import type { GraphStage } from '../stages/stage-graph.ts';
import type { BuildStep, StepCommon } from './build-step.ts';
import { NON_ENV_ARGS } from './non-env-args.ts';
import type { PlanSession } from './plan-session.ts';
import type { StageState } from './stage-state.ts';
import { normalizeWorkdir } from './working-directory.ts';

const HISTORY_COMMENT = 'buildkit.dockerfile.v0';

/** Turns the instructions of one stage into steps, one after the other. */
export class StagePlanner {
  readonly steps: BuildStep[] = [];
  readonly config: ConfigDraft;
  /** Variables of ENV and ARG together, as RUN and expansions see them. */
  readonly env: EnvList;
  /** ARGs declared so far; undefined when they have no value. */
  readonly buildArgs: Map<string, string | undefined>;
  /** Last CMD, ENTRYPOINT and HEALTHCHECK of this stage. */
  readonly lastOf = new Map<StageInstruction['kind'], StageInstruction>();
  /** Absolute and clean. */
  workdir: string;
  hasWorkdir: boolean;
  author: string | undefined;
  readonly #image: ImageConfig;
  readonly #history: HistoryEntry[];

  /** @param inherited - state of the base; for a base from outside, its config and nothing else */
  constructor(
    readonly session: PlanSession,
    readonly stage: GraphStage,
    readonly inherited: StageState,
  ) {
    this.#image = inherited.image;
    this.#history = [...(inherited.image.history ?? [])];
    this.config = new ConfigDraft(inherited.image.config);
    if (!this.config.env.has('PATH')) this.config.env.set('PATH', DEFAULT_PATH);
    this.env = inherited.env.clone();
    for (const [name, value] of this.config.env) this.env.set(name, value);
    this.buildArgs = new Map(inherited.buildArgs);
    const { workingDir } = this.config;
    this.workdir = workingDir === '' ? '/' : normalizeWorkdir('/', workingDir).path;
    this.hasWorkdir = inherited.hasWorkdir;
    this.author = inherited.image.author;
  }

  get linter(): Linter {
    return this.session.linter;
  }

  /** The state after the instructions so far. */
  finish(): StageState {
    const { platform } = this.inherited;
    const image: ImageConfig = {
      ...this.#image,
      ...(this.author === undefined ? {} : { author: this.author }),
      config: this.config.toConfig(),
      ...(this.#history.length === 0 ? {} : { history: this.#history }),
    };
    return { platform, image, env: this.env, buildArgs: this.buildArgs, hasWorkdir: this.hasWorkdir };
  }

  /** A function that expands variables as they are now, and reports undefined ones. */
  expander(instruction: StageInstruction, lexer: ShellLexer = this.session.lexer): (word: string) => string {
    const { env } = this;
    return (word) => {
      const { text, unmatched } = lexer.process(word, env);
      this.reportUndefined(instruction, unmatched, env);
      return text;
    };
  }

  reportUndefined(instruction: StageInstruction, names: ReadonlySet<string>, env: EnvList): void {
    for (const name of names) {
      if (NON_ENV_ARGS.has(name) || this.buildArgs.has(name)) continue;
      this.linter.report('UndefinedVar', instruction, name, suggest(name, env.names, true) ?? '');
    }
  }

  /** Appends to the image's history. */
  commit(createdBy: string, layer: boolean): HistoryEntry {
    const { epoch } = this.session;
    const entry: HistoryEntry = {
      ...(epoch === undefined ? {} : { created: formatTime(epoch) }),
      created_by: createdBy,
      comment: HISTORY_COMMENT,
      ...(layer ? {} : { empty_layer: true }),
    };
    this.#history.push(entry);
    return entry;
  }

  /** What all steps have. */
  common(instruction: StageInstruction, onBuild: boolean, history: HistoryEntry | undefined): StepCommon {
    return {
      range: instruction.range,
      source: instruction.source,
      title: titleOf(instruction, this.session.lexer, this.env),
      onBuild,
      history,
    };
  }
}

/** The instruction for humans: keyword in upper case, known variables filled in. */
function titleOf(instruction: StageInstruction, lexer: ShellLexer, env: EnvList): string {
  const { keyword, source } = instruction;
  const title = keyword.toUpperCase() + source.slice(keyword.length);
  try {
    return new ShellLexer(lexer.escapeToken, {
      rawQuotes: true,
      rawEscapes: true,
      skipUnsetEnv: true,
    }).process(title, env).text;
  } catch (error) {
    if (error instanceof DockerfileError) return title;
    throw error;
  }
}

/** RFC 3339, as in image configs. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
