/** Files that make up an image: a directory, or the members of an archive. Names are relative, with slashes. */
export interface ImageFiles {
  readonly description: string;
  /** @returns the length of a file, or undefined when there is none of that name */
  sizeOf(name: string): Promise<number | undefined>;
  /** Streams a file from `offset` on. @throws {@link InvalidArchiveError} when there is none of that name */
  read(name: string, offset?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
