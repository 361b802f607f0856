import { BoxerError } from '@boxer/foundation';

/** Bytes that should be a WebAssembly module or component are not. */
export class MalformedWasmError extends BoxerError {
  readonly code = 'WASM_MALFORMED';
  override readonly hint = 'Build the file again; it may be truncated or not be WebAssembly.';

  constructor(
    what: string,
    why: string,
    /** Byte offset of the defect. */
    readonly offset: number,
  ) {
    super(`Cannot read ${what}: ${why} at byte ${offset}`);
  }
}
