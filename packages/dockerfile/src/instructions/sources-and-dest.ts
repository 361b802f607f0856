import { chompHeredoc, findHeredocMarker } from '../lines/heredoc.ts';
import { instructionError, noDestination } from './argument-errors.ts';
import type { InstructionNode } from './instruction-node.ts';

/** What COPY and ADD have in common. */
export interface SourcesAndDest {
  /** Paths, patterns and URLs, as written. */
  readonly paths: readonly string[];
  /** Heredocs among the sources. */
  readonly contents: readonly SourceContent[];
  readonly dest: string;
}

/** A heredoc that becomes a file. */
export interface SourceContent {
  readonly name: string;
  readonly content: string;
  /** Variables in the content are to be expanded. */
  readonly expand: boolean;
}

/** @throws {@link DockerfileError} without a destination, or with a heredoc in its place */
export function sourcesAndDestOf(node: InstructionNode, keyword: 'COPY' | 'ADD'): SourcesAndDest {
  const sources = node.args.slice(0, -1);
  const dest = node.args.at(-1) ?? '';
  if (findHeredocMarker(dest) !== undefined) {
    throw instructionError(`${keyword} cannot accept a heredoc as a destination`);
  }
  const paths: string[] = [];
  const contents: SourceContent[] = [];
  for (const source of sources) {
    const marker = findHeredocMarker(source);
    if (marker === undefined) {
      paths.push(source);
      continue;
    }
    // Of several heredocs with one name, the last one counts.
    const content = node.heredocs.findLast(({ name }) => name === marker.name)?.content ?? '';
    contents.push({
      name: marker.name,
      content: marker.chomp ? chompHeredoc(content) : content,
      expand: marker.expand,
    });
  }
  return { paths, contents, dest };
}

/** @throws {@link DockerfileError} with fewer than two arguments */
export function requireDestination(node: InstructionNode, keyword: 'COPY' | 'ADD'): void {
  if (node.args.length < 2) throw noDestination(keyword);
}
