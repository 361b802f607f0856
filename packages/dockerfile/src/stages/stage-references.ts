import { DockerfileError, located } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import type { ShellLexer } from '../shell/shell-lexer.ts';
import { EnvList } from './env-list.ts';
import { normalizeReference } from './image-reference.ts';
import type { GraphStage, StageGraph } from './stage-graph.ts';

/** What a `--from` or `--mount=from=` refers to. */
export type Reference =
  | { readonly kind: 'stage'; readonly stage: GraphStage }
  /** An image or a named context. */
  | { readonly kind: 'external'; readonly name: string };

/** References of one instruction, in the order of its sources; undefined for the build context. */
export type References = readonly (Reference | undefined)[];

/**
 * Finds what COPY and RUN refer to.
 *
 * @throws {@link DockerfileError} for a variable in `--from` or an index that no stage has
 */
export function referencesOf(
  instruction: StageInstruction,
  graph: StageGraph,
  lexer: ShellLexer,
): References {
  if (instruction.kind === 'copy') {
    return instruction.from === undefined ? [] : [copySource(instruction.from, graph, lexer)];
  }
  if (instruction.kind !== 'run') return [];
  return instruction.mounts.map(({ from }) => (from === undefined ? undefined : byName(from, graph)));
}

function copySource(from: string, graph: StageGraph, lexer: ShellLexer): Reference {
  if (lexer.process(from, new EnvList()).text !== from) {
    throw new DockerfileError(
      'DOCKERFILE_STAGE',
      'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    );
  }
  return /^[+-]?\d+$/.test(from) ? { kind: 'stage', stage: graph.at(Number(from)) } : byName(from, graph);
}

function byName(name: string, graph: StageGraph): Reference {
  const stage = graph.find(name);
  return stage === undefined ? { kind: 'external', name } : { kind: 'stage', stage };
}

/** All references of all stages, triggers included once they are known. */
export class StageReferences {
  readonly #references = new Map<StageInstruction, References>();
  readonly #dependencies = new Map<GraphStage, Set<GraphStage>>();

  /** @throws {@link DockerfileError} with the place, also for a base or source that is no valid image name */
  constructor(
    readonly graph: StageGraph,
    readonly lexer: ShellLexer,
    readonly file: string,
  ) {
    for (const stage of graph.stages) {
      for (const instruction of stage.instructions) this.#add(stage, instruction);
    }
    this.#refuseCycles();
    for (const stage of graph.stages) this.#checkImageNames(stage);
  }

  of(instruction: StageInstruction): References {
    return this.#references.get(instruction) ?? [];
  }

  /** Adds the triggers that a stage inherits. @returns true when they refer to anything */
  addTriggers(stage: GraphStage, triggers: readonly StageInstruction[]): boolean {
    for (const trigger of triggers) {
      this.#add(stage, trigger);
      this.#checkReferences(trigger);
    }
    return triggers.some((trigger) => this.of(trigger).length > 0);
  }

  /** Stages that `stage` needs directly, its parent included. */
  dependenciesOf(stage: GraphStage): readonly GraphStage[] {
    const dependencies = [...(this.#dependencies.get(stage) ?? [])];
    return stage.parent === undefined ? dependencies : [stage.parent, ...dependencies];
  }

  /** `target` and all it needs, in the order of the Dockerfile. */
  reachableFrom(target: GraphStage): readonly GraphStage[] {
    const reachable = new Set<GraphStage>();
    const waiting = [target];
    for (let stage = waiting.pop(); stage !== undefined; stage = waiting.pop()) {
      if (reachable.has(stage)) continue;
      reachable.add(stage);
      waiting.push(...this.dependenciesOf(stage));
    }
    return [...reachable].toSorted((a, b) => a.index - b.index);
  }

  #add(stage: GraphStage, instruction: StageInstruction): void {
    const place = { file: this.file, range: instruction.range };
    const references = located(place, () => referencesOf(instruction, this.graph, this.lexer));
    if (references.length === 0) return;
    this.#references.set(instruction, references);
    const dependencies = this.#dependencies.get(stage) ?? new Set();
    this.#dependencies.set(stage, dependencies);
    for (const reference of references) if (reference?.kind === 'stage') dependencies.add(reference.stage);
  }

  #checkImageNames(stage: GraphStage): void {
    if (stage.parent === undefined && stage.replacement === undefined) {
      const place = { file: this.file, range: stage.from.range };
      located(place, () => checkImageName(stage.baseName));
    }
    for (const instruction of stage.instructions) this.#checkReferences(instruction);
  }

  #checkReferences(instruction: StageInstruction): void {
    const place = { file: this.file, range: instruction.range };
    for (const reference of this.of(instruction)) {
      if (reference?.kind === 'external') located(place, () => checkImageName(reference.name));
    }
  }

  /** Stages may only use each other's files without going round in circles. */
  #refuseCycles(): void {
    const done = new Set<GraphStage>();
    for (const start of this.graph.stages) {
      if (!this.#reachesItself(start, new Set(), done)) continue;
      const message = `circular dependency detected on stage: ${start.displayName}`;
      throw new DockerfileError('DOCKERFILE_STAGE', message, {
        place: { file: this.file, range: start.from.range },
      });
    }
  }

  #reachesItself(start: GraphStage, path: Set<GraphStage>, done: Set<GraphStage>): boolean {
    const stack: { stage: GraphStage; next: GraphStage[] }[] = [];
    const enter = (stage: GraphStage): void => {
      done.add(stage);
      path.add(stage);
      stack.push({ stage, next: [...(this.#dependencies.get(stage) ?? [])] });
    };
    if (!done.has(start)) enter(start);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const dependency = frame.next.shift();
      if (dependency === undefined) {
        path.delete(frame.stage);
        stack.pop();
      } else if (path.has(dependency)) {
        return true;
      } else if (!done.has(dependency)) {
        enter(dependency);
      }
    }
    return false;
  }
}

function checkImageName(name: string): void {
  if (name === 'scratch') return;
  try {
    normalizeReference(name);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const message = `failed to parse stage name ${goQuote(name)}: ${error.message}`;
    throw new DockerfileError('DOCKERFILE_STAGE', message, { hint: error.hint, cause: error });
  }
}
