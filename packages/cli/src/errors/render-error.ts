import { BoxerError, cacheDirectory, type SourceRange } from '@boxer/foundation';
import { withoutControls } from '../progress/format.ts';

/** A text file that an error may point into. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

/**
 * @param source - file to quote from when the error has a place
 * @param debug - add the stack and those of all causes
 * @returns what the user sees: message, excerpt, code and hint, ending with a newline
 */
export function renderError(error: unknown, source?: SourceText, debug = false): string {
  const lines = [`error: ${messageOf(error)}`];
  const range = placeOf(error);
  if (range !== undefined && source !== undefined) lines.push(...excerpt(source, range));
  lines.push(...codeAndHint(error));
  if (debug) lines.push(...stacks(error));
  // Names and lines of others' Dockerfiles, images and servers: they must not reach the terminal as commands.
  return withoutControls(`${lines.join('\n')}\n`);
}

function codeAndHint(error: unknown): string[] {
  if (error instanceof BoxerError) {
    return [`code: ${error.code}`, ...(error.hint === undefined ? [] : [`hint: ${error.hint}`])];
  }
  const code = systemErrorCode(error);
  if (code !== undefined) {
    return [`code: HOST_${code}`, `hint: ${systemErrorHint(code)}`];
  }
  return ['code: INTERNAL', 'hint: This is a bug in Boxer. Set BOXER_DEBUG=1 for the stack and report it.'];
}

/** @returns the errno of an error that a system call of this machine gave: a full disk, a missing permission */
function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error))
    return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

function systemErrorHint(code: string): string {
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? `Free space where the result goes, or in ${cacheDirectory()}: boxer cache prune, or name another in BOXER_CACHE_DIR.`
    : 'Check the path, its permissions, and the free space of this machine.';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return hasMessage(error) ? error.message : String(error);
  return error.message === '' ? error.name : error.message;
}

/** Errors of another realm, or that came from a thread, are no instances of our Error. */
function hasMessage(error: unknown): error is { readonly message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

/** Range of an error that knows its place in the Dockerfile. */
function placeOf(error: unknown): SourceRange | undefined {
  if (!(error instanceof BoxerError) || !('place' in error)) return undefined;
  const { place } = error as BoxerError & { place?: { range?: SourceRange } };
  return place?.range;
}

const CONTEXT_LINES = 2;
const MAX_MARKED_LINES = 12;

/** @returns the lines at fault, marked, with two lines around them, under the name of the file */
export function excerpt({ name, text }: SourceText, range: SourceRange): string[] {
  const lines = text.split('\n');
  const first = range.start.line;
  const last = Math.max(first, range.end.column === 1 ? range.end.line - 1 : range.end.line);
  const shownFrom = Math.max(1, first - CONTEXT_LINES);
  const shownTo = Math.min(lines.length, Math.min(last, first + MAX_MARKED_LINES) + CONTEXT_LINES);
  const width = String(shownTo).length;
  const shown = [`${name}:${first}`, '-'.repeat(20)];
  for (let line = shownFrom; line <= shownTo; line++) {
    const content = (lines[line - 1] ?? '').replace(/\r$/, '');
    if (line === lines.length && content === '') break;
    const mark = line >= first && line <= last ? '>>>' : '   ';
    shown.push(`${String(line).padStart(width + 1)} | ${mark} ${content}`.trimEnd());
  }
  shown.push('-'.repeat(20));
  return shown;
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    lines.push(current.stack ?? current.message);
  }
  return lines;
}
