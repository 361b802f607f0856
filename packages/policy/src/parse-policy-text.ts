import type { SourceLocation } from '@boxer/foundation';
import { type Document, isNode, isPair, isMap, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { limits } from './limits.ts';
import type { Policy } from './policy.ts';
import { type PolicyIssue, PolicyInvalidError } from './policy-error.ts';
import { Policy as PolicySchema } from './schema.ts';

/** A policy as it was read. */
export interface ParsedPolicy {
  readonly policy: Policy;
  /** The keys that the text has; all others have the schema's defaults. */
  readonly named: ReadonlySet<string>;
}

/**
 * Reads a policy from YAML, or from JSON, which YAML contains.
 *
 * @throws {@link PolicyInvalidError} with every issue and its place
 */
export function parsePolicyText(text: string, file: string): ParsedPolicy {
  if (text.length > limits.maxPolicyCharacters) {
    const why = `the file has ${text.length} characters, more than the ${limits.maxPolicyCharacters} of any policy`;
    throw new PolicyInvalidError(file, [{ message: why, location: startOf(file) }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const locate = (start: number, end: number) => locationAt(file, lines, start, end);

  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    throw new PolicyInvalidError(
      file,
      complaints.map(({ message, pos }) => ({ message, location: locate(pos[0], pos[1]) })),
    );
  }
  const value = toValue(document, file);
  const result = PolicySchema.safeParse(value);
  if (result.success) return { policy: result.data, named: new Set(Object.keys(value as object)) };
  throw new PolicyInvalidError(
    file,
    result.error.issues.flatMap((issue) => describe(issue, document, file, locate)),
  );
}

type Locate = (start: number, end: number) => SourceLocation;

/** Expands aliases; the yaml library refuses documents whose aliases multiply without bound. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PolicyInvalidError(file, [{ message, location: startOf(file) }]);
  }
}

/** An unknown key is placed at the key itself; everything else at its value, or at the nearest value around it. */
function describe(issue: z.core.$ZodIssue, document: Document, file: string, locate: Locate): PolicyIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      message: `unknown key ${JSON.stringify([...issue.path, key].join('.'))}`,
      location: keyLocation(document, issue.path, key, locate) ?? startOf(file),
    }));
  }
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  const message =
    issue.path.length === 0 ? 'a policy is a mapping that starts with "version: 1"' : issue.message;
  return [{ message: where + message, location: valueLocation(document, issue.path, file, locate) }];
}

function keyLocation(document: Document, path: readonly PropertyKey[], key: string, locate: Locate) {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return undefined;
  const range = map.items
    .filter(isPair)
    .map((pair) => pair.key)
    .find((node) => isNode(node) && String(node) === key);
  return isNode(range) && range.range ? locate(range.range[0], range.range[1]) : undefined;
}

function valueLocation(document: Document, path: readonly PropertyKey[], file: string, locate: Locate) {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return locate(node.range[0], node.range[1]);
  }
  return startOf(file);
}

function locationAt(file: string, lines: LineCounter, start: number, end: number): SourceLocation {
  const from = lines.linePos(start);
  const to = lines.linePos(end);
  return { file, start: { line: from.line, column: from.col }, end: { line: to.line, column: to.col } };
}

function startOf(file: string): SourceLocation {
  return { file, start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
}
