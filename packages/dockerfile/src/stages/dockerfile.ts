import type { SourceRange } from '@boxer/foundation';
import { DockerfileError, located } from '../dockerfile-error.ts';
import type { ArgInstruction } from '../instructions/arg.ts';
import type { FromInstruction } from '../instructions/from.ts';
import type { StageInstruction } from '../instructions/instruction.ts';
import { parseInstruction } from '../instructions/parse-instruction.ts';
import { parseNodes } from '../instructions/parse-nodes.ts';
import type { EscapeToken } from '../lines/directives.ts';
import type { Linter } from '../lint/linter.ts';
import { lintInstruction, lintNode } from '../lint/instruction-rules.ts';

/** A Dockerfile with its instructions checked and grouped into stages. */
export interface Dockerfile {
  /** Name used in messages. */
  readonly file: string;
  readonly escapeToken: EscapeToken;
  /** ARGs before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[];
  readonly stages: readonly DockerfileStage[];
  /** Instructions with a blank line inside. */
  readonly emptyContinuations: readonly SourceRange[];
}

/** A FROM and the instructions after it. */
export interface DockerfileStage {
  readonly from: FromInstruction;
  readonly instructions: readonly StageInstruction[];
}

/**
 * Parses and checks a Dockerfile.
 *
 * @throws {@link DockerfileError} with the place
 */
export function readDockerfile(text: string, file: string, linter: Linter): Dockerfile {
  if (text === '')
    throw new DockerfileError('DOCKERFILE_SYNTAX', 'the Dockerfile cannot be empty', {
      place: startOf(file),
    });
  const { escapeToken, nodes, emptyContinuations } = parseNodes(text, file);
  for (const range of emptyContinuations)
    linter.report('NoEmptyContinuation', { range: lastLineOf(range), comments: [] });

  const globalArgs: ArgInstruction[] = [];
  const stages: { from: FromInstruction; instructions: StageInstruction[] }[] = [];
  for (const node of nodes) {
    const place = { file, range: node.range };
    const instruction = located(
      place,
      () => {
        lintNode(node, linter);
        return parseInstruction(node);
      },
      `dockerfile parse error on line ${node.range.start.line}: `,
    );
    lintInstruction(instruction, linter);
    const stage = stages.at(-1);
    if (instruction.kind === 'from') stages.push({ from: instruction, instructions: [] });
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.kind === 'arg') globalArgs.push(instruction);
    else
      throw new DockerfileError('DOCKERFILE_STAGE', 'no build stage in current context', {
        place,
        hint: FROM_FIRST,
      });
  }
  if (stages.length === 0) {
    throw new DockerfileError('DOCKERFILE_STAGE', 'dockerfile contains no stages to build', {
      place: startOf(file),
      hint: FROM_FIRST,
    });
  }
  return { file, escapeToken, globalArgs, stages, emptyContinuations };
}

const FROM_FIRST = 'Start the Dockerfile with FROM; only ARG may come before it.';

function startOf(file: string): { file: string; range: SourceRange } {
  return { file, range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } } };
}

/** The rule's place is the end of the instruction. */
function lastLineOf(range: SourceRange): SourceRange {
  return { start: { line: range.end.line, column: 1 }, end: range.end };
}
