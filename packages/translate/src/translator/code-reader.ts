/** Where the translator reads guest code and constant tables from. */
export interface CodeReader {
  /** @returns the instruction word at an address, or undefined where nothing may be executed */
  word(pc: number): number | undefined;
  /** @returns an unsigned number of 1, 2, 4 or 8 bytes in memory that may be read, or undefined */
  data(address: number, bytes: 1 | 2 | 4 | 8): number | undefined;
}
