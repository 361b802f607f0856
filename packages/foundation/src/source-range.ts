/** A place in a text file. Lines and columns count from 1; columns count UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a text file; `end` is exclusive. */
export interface SourceRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** A range with the name of the file it lies in, as the user wrote it. */
export interface SourceLocation extends SourceRange {
  readonly file: string;
}

/** @returns `file:line:column`, the form editors and terminals make clickable */
export function formatLocation(location: SourceLocation): string {
  return `${location.file}:${location.start.line}:${location.start.column}`;
}
