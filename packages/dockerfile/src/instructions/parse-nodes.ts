import type { SourceRange } from '@boxer/foundation';
import { DockerfileError, type DockerfilePlace, withPlace } from '../dockerfile-error.ts';
import type { EscapeToken } from '../lines/directives.ts';
import { type Heredoc, heredocMarkersOfLine } from '../lines/heredoc.ts';
import { type LogicalLine, LogicalLines } from '../lines/logical-lines.ts';
import type { InstructionFile, InstructionNode } from './instruction-node.ts';
import { isKeyword, keywords } from './keywords.table.ts';
import { splitInstruction } from './split-instruction.ts';

/** ONBUILD ONBUILD is refused later, but must not overflow the stack before. */
const MAX_TRIGGER_DEPTH = 100;

/**
 * Splits a Dockerfile into instructions.
 *
 * @param file - name used in errors
 * @throws {@link DockerfileError} code DOCKERFILE_SYNTAX
 */
export function parseNodes(text: string, file: string): InstructionFile {
  const lines = new LogicalLines(text);
  const nodes: InstructionNode[] = [];
  const emptyContinuations: SourceRange[] = [];
  let line: LogicalLine | undefined;
  try {
    for (;;) {
      line = undefined;
      line = lines.next();
      if (line === undefined) break;
      const node = readNode(line, lines);
      if (line.hasEmptyContinuation) emptyContinuations.push(node.range);
      nodes.push(node);
    }
    if (nodes.length === 0) throw new DockerfileError('DOCKERFILE_SYNTAX', 'file with no instructions');
  } catch (error) {
    throw withPlace(error, placeOf(file, line, lines));
  }
  return { escapeToken: lines.escapeToken, nodes, emptyContinuations };
}

function readNode(line: LogicalLine, lines: LogicalLines): InstructionNode {
  const node = splitNode(line.text, lines.escapeToken, 0);
  const markers = canHoldHeredocs(node) ? heredocMarkersOfLine(line.text) : [];
  const heredocs: readonly Heredoc[] = markers.map((marker) => lines.readHeredoc(marker));
  const range = lines.rangeFrom(line.startLine, line.startColumn);
  return withRange({ ...node, heredocs, comments: line.comments }, range);
}

function splitNode(text: string, escapeToken: EscapeToken, depth: number): InstructionNode {
  const { keyword, flags, rest } = splitInstruction(text);
  const name = keyword.toUpperCase();
  const common = { keyword, flags, heredocs: [], original: text, comments: [], range: NOWHERE };
  if (name === 'ONBUILD') {
    if (depth > MAX_TRIGGER_DEPTH) {
      throw new DockerfileError('DOCKERFILE_SYNTAX', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    }
    const trigger = rest === '' ? undefined : splitNode(rest, escapeToken, depth + 1);
    return { ...common, args: [], json: false, trigger };
  }
  const { args, json } = isKeyword(name)
    ? keywords[name].shape(rest, escapeToken)
    : { args: [''], json: false };
  return { ...common, args, json, trigger: undefined };
}

function canHoldHeredocs(node: InstructionNode): boolean {
  const holder = node.trigger ?? node;
  const name = holder.keyword.toUpperCase();
  return isKeyword(name) && keywords[name].heredocs && !holder.json;
}

function withRange(node: InstructionNode, range: SourceRange): InstructionNode {
  return { ...node, range, trigger: node.trigger === undefined ? undefined : withRange(node.trigger, range) };
}

const NOWHERE: SourceRange = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

function placeOf(file: string, line: LogicalLine | undefined, lines: LogicalLines): DockerfilePlace {
  const current = Math.max(lines.lineNumber, 1);
  return { file, range: lines.rangeFrom(line?.startLine ?? current, line?.startColumn ?? 1) };
}
