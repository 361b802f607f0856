import { withPath } from '../config/default-config.ts';
import type { ContainerConfig, HistoryEntry, ImageConfig } from '../config/image-config.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import { suggest } from '../gotext/suggest.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import type { Linter } from '../lint/linter.ts';
import { ShellLexer } from '../shell/shell-lexer.ts';
import { EnvList, splitNameValue } from '../stages/env-list.ts';
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
  /** Last CMD, ENTRYPOINT and HEALTHCHECK of this stage. */
  readonly lastOf = new Map<StageInstruction['kind'], StageInstruction>();
  state: StageState;

  /** @param inherited - state of the base; for a base from outside, its config and nothing else */
  constructor(
    readonly session: PlanSession,
    readonly stage: GraphStage,
    inherited: StageState,
  ) {
    this.state = initialState(inherited);
  }

  get config(): ContainerConfig {
    return this.state.image.config;
  }

  get linter(): Linter {
    return this.session.linter;
  }

  /** Changes the container config. Keys that are undefined are removed. */
  configure(change: { readonly [Key in keyof ContainerConfig]?: ContainerConfig[Key] | undefined }): void {
    const merged = Object.entries({ ...this.config, ...change }).filter(([, value]) => value !== undefined);
    // Keys and values come from two objects of this type; only undefined values were removed.
    this.changeImage({ config: Object.fromEntries(merged) as ContainerConfig });
  }

  changeImage(change: Partial<ImageConfig>): void {
    this.state = { ...this.state, image: { ...this.state.image, ...change } };
  }

  setVariable(name: string, value: string): void {
    this.state = { ...this.state, env: this.state.env.with(name, value) };
  }

  /** A function that expands variables as they are now, and reports undefined ones. */
  expander(instruction: StageInstruction, lexer: ShellLexer = this.session.lexer): (word: string) => string {
    const { env } = this.state;
    return (word) => {
      const { text, unmatched } = lexer.process(word, env);
      this.reportUndefined(instruction, unmatched, env);
      return text;
    };
  }

  reportUndefined(instruction: StageInstruction, names: ReadonlySet<string>, env: EnvList): void {
    for (const name of names) {
      if (NON_ENV_ARGS.has(name) || this.state.buildArgs.some((arg) => arg.name === name)) continue;
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
    this.changeImage({ history: [...(this.state.image.history ?? []), entry] });
    return entry;
  }

  /** What all steps have, at the state after the step. */
  common(instruction: StageInstruction, onBuild: boolean, history: HistoryEntry | undefined): StepCommon {
    return {
      range: instruction.range,
      source: instruction.source,
      title: titleOf(instruction, this.session.lexer, this.state.env),
      onBuild,
      history,
      config: this.config,
    };
  }
}

function initialState(inherited: StageState): StageState {
  const image = withPath(inherited.image);
  let { env } = inherited;
  for (const entry of image.config.Env ?? []) env = env.with(...splitNameValue(entry));
  const workingDir = image.config.WorkingDir ?? '';
  return {
    ...inherited,
    image,
    env,
    workdir: workingDir === '' ? '/' : normalizeWorkdir('/', workingDir).path,
  };
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
