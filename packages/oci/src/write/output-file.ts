/** A file of a layout or archive that is to be written. */
export interface OutputFile {
  /** Relative, with slashes. */
  readonly name: string;
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** @returns a file whose bytes are at hand */
export function bytesFile(name: string, bytes: Uint8Array): OutputFile {
  return {
    name,
    sizeBytes: bytes.byteLength,
    async *chunks() {
      yield bytes;
    },
  };
}

/** @returns the file that holds `value` as JSON */
export function jsonFile(name: string, value: unknown): OutputFile {
  return bytesFile(name, Buffer.from(JSON.stringify(value)));
}
