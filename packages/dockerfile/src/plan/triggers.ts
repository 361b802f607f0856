import type { ImageConfig } from '../config/image-config.ts';
import { DockerfileError } from '../dockerfile-error.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import { parseInstruction } from '../instructions/parse-instruction.ts';
import { parseNodes } from '../instructions/parse-nodes.ts';
import type { GraphStage } from '../stages/stage-graph.ts';

/**
 * The ONBUILD triggers that a stage has to run first: those of its base image, or of the stage it starts from.
 *
 * @param base - config of the base image, if it is one
 * @throws {@link DockerfileError} without a place when a trigger is no valid instruction
 */
export function triggersOf(stage: GraphStage, base: ImageConfig | undefined): readonly StageInstruction[] {
  const ofParent = stage.parent?.instructions.flatMap((instruction) =>
    instruction.kind === 'onbuild' ? [instruction.expression] : [],
  );
  const expressions = ofParent ?? base?.config?.OnBuild ?? [];
  return expressions.map((expression) => parseTrigger(expression, stage));
}

function parseTrigger(expression: string, stage: GraphStage): StageInstruction {
  const [node, ...more] = withoutPlace(() => parseNodes(expression, 'ONBUILD').nodes);
  if (node === undefined || more.length > 0) {
    throw new DockerfileError('DOCKERFILE_INSTRUCTION', 'onbuild trigger should be a single expression');
  }
  const instruction = parseInstruction({ ...node, range: stage.from.range });
  if (instruction.kind !== 'from') return instruction;
  throw new DockerfileError('DOCKERFILE_INSTRUCTION', "FROM isn't allowed as an ONBUILD trigger");
}

/** The place within the trigger's text means nothing to a reader of the Dockerfile. */
function withoutPlace<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new DockerfileError(error.code, error.message, { hint: error.hint, cause: error });
  }
}
