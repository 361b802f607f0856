import { suggest, withSuggestion } from '@boxer/foundation';
import { DockerfileError, located } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { FromInstruction } from '../instructions/from.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import { lintPlatform, lintUndeclaredArgs } from '../lint/from-rules.ts';
import type { Linter } from '../lint/linter.ts';
import { type Platform, parsePlatform } from '../platform/platform.ts';
import type { ShellLexer, ShellResult } from '../shell/shell-lexer.ts';
import type { Dockerfile, DockerfileStage } from './dockerfile.ts';
import type { EnvList } from './env-list.ts';
import type { NamedContext, NamedContexts } from './named-contexts.ts';

/** A stage with what is known of its base before anything is fetched. */
export interface GraphStage {
  readonly index: number;
  /** Name given by AS, or `stage-N`. */
  readonly displayName: string;
  readonly from: FromInstruction;
  /** The base as written, variables expanded. */
  readonly baseName: string;
  /** From `--platform`; undefined when not given. */
  readonly platform: Platform | undefined;
  /** The stage this one starts from. */
  readonly parent: GraphStage | undefined;
  /** Replaces the whole stage. */
  readonly replacement: NamedContext | undefined;
  /** Own instructions; none when the stage is replaced. */
  readonly instructions: readonly StageInstruction[];
}

/** What expanding FROM takes. */
export interface GraphInputs {
  readonly globalArgs: EnvList;
  /** Names of all ARGs before the first FROM, with or without a value. */
  readonly declaredArgs: ReadonlySet<string>;
  readonly lexer: ShellLexer;
  readonly contexts: NamedContexts;
  readonly targetPlatform: Platform;
  readonly linter: Linter;
}

/** The stages of a Dockerfile and how they refer to each other. */
export class StageGraph {
  readonly stages: readonly GraphStage[];
  readonly #byName = new Map<string, GraphStage>();
  readonly #file: string;

  constructor(dockerfile: Dockerfile, inputs: GraphInputs) {
    this.#file = dockerfile.file;
    this.stages = dockerfile.stages.map((stage, index) => {
      const place = { file: this.#file, range: stage.from.range };
      const node = located(place, () => this.#build(stage, index, inputs));
      if (stage.from.name !== undefined) this.#byName.set(stage.from.name, node);
      return node;
    });
  }

  /** @returns the last stage of that name so far, in any case */
  find(name: string): GraphStage | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** @throws {@link DockerfileError} when there is no such stage */
  at(index: number): GraphStage {
    const stage = this.stages[index];
    if (stage === undefined) throw new DockerfileError('DOCKERFILE_STAGE', `invalid stage index ${index}`);
    return stage;
  }

  /** @throws {@link DockerfileError} when no stage has that name */
  target(name: string | undefined): GraphStage {
    const target = name === undefined || name === '' ? this.stages.at(-1) : this.find(name);
    if (target !== undefined) return target;
    const message = `target stage ${goQuote(name ?? '')} could not be found`;
    const names = this.stages.map(({ displayName }) => displayName);
    throw new DockerfileError('DOCKERFILE_STAGE', withSuggestion(message, name ?? '', names), {
      hint: names.length === 0 ? undefined : `Name one of the stages: ${names.join(', ')}.`,
    });
  }

  #build({ from, instructions }: DockerfileStage, index: number, inputs: GraphInputs): GraphStage {
    const base = inputs.lexer.process(from.base, inputs.globalArgs);
    lintUndeclaredArgs(base, from, inputs);
    if (base.text === '') {
      throw new DockerfileError('DOCKERFILE_STAGE', `base name (${from.base}) should not be blank`, {
        hint: 'Give the ARG a default, or pass it with --build-arg.',
      });
    }
    const platform = from.platform === undefined ? undefined : platformOf(from, from.platform, inputs);
    const replacement =
      from.name === undefined
        ? undefined
        : inputs.contexts.find(from.name, platform ?? inputs.targetPlatform);
    return {
      index,
      displayName: from.name ?? `stage-${index}`,
      from,
      baseName: base.text,
      platform,
      parent: replacement === undefined ? this.#byName.get(base.text) : undefined,
      replacement,
      instructions: replacement === undefined ? instructions : [],
    };
  }
}

function platformOf(from: FromInstruction, text: string, inputs: GraphInputs): Platform {
  const result = inputs.lexer.process(text, inputs.globalArgs);
  lintUndeclaredArgs(result, from, inputs);
  lintPlatform(text, result, from, inputs);
  if (result.text === '') {
    const message = `empty platform value from expression ${text}`;
    throw new DockerfileError('DOCKERFILE_STAGE', suggestAny(message, result, inputs.globalArgs));
  }
  try {
    return parsePlatform(result.text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const message = `failed to parse platform ${text}: ${suggestAny(error.message, result, inputs.globalArgs)}`;
    throw new DockerfileError('DOCKERFILE_STAGE', message, { cause: error });
  }
}

/** Appends a suggestion for the first undefined variable that resembles a defined one. */
function suggestAny(message: string, result: ShellResult, env: EnvList): string {
  for (const name of result.unmatched) {
    const similar = suggest(name, env.names, true);
    if (similar !== undefined) return `${message} (did you mean ${similar}?)`;
  }
  return message;
}
