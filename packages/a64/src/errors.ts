import { BoxerError } from '@boxer/foundation';

/** A row's pattern cannot be parsed. A defect of the table, never of a guest. */
export class InvalidPatternError extends BoxerError {
  readonly code = 'A64_INVALID_PATTERN';
  override readonly hint =
    'Write 32 bits as tokens separated by blanks: 01…, name, name:2, #name:12, Rn:5, Vn:5.';

  constructor(pattern: string, why: string) {
    super(`Cannot parse pattern "${pattern}": ${why}`);
  }
}

/** A row's semantics break a rule of the machine interface. A defect of the table, never of a guest. */
export class InvalidSemanticsError extends BoxerError {
  readonly code = 'A64_INVALID_SEMANTICS';
  override readonly hint = 'See "Rules" in packages/a64/README.md.';

  constructor(row: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot build instruction "${row}": ${why}`, options);
  }
}

/** Two rows claim one encoding. A defect of the table, never of a guest. */
export class OverlappingRowsError extends BoxerError {
  readonly code = 'A64_OVERLAPPING_ROWS';
  override readonly hint = 'Narrow one of the two with fixed bits or `when`.';

  constructor(first: string, second: string, word: number) {
    super(
      `Cannot use instructions "${first}" and "${second}" together: both decode 0x${word.toString(16).padStart(8, '0')}`,
    );
  }
}

/** A binary to disassemble cannot be had. */
export class MissingBinaryError extends BoxerError {
  readonly code = 'A64_MISSING_BINARY';
  override readonly hint =
    'Install apt and dpkg with debian-archive-keyring, and npm, and connect to their registries.';

  constructor(binary: string, why: string) {
    super(`Cannot fetch ${binary}: ${why}`);
  }
}
