import { fstatSync, readSync } from 'node:fs';

/** Bytes that can be read at any place: a file, or memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills `target` from `offset` on. @returns bytes read, less than asked for only at the end */
  readInto(target: Uint8Array, offset: number): number;
}

/** Bytes that are all in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    readInto(target, offset) {
      const piece = bytes.subarray(offset, offset + target.length);
      target.set(piece);
      return piece.length;
    },
  };
}

/** An open file; it stays open. */
export function fileSource(fd: number): ByteSource {
  return {
    sizeBytes: fstatSync(fd).size,
    readInto(target, offset) {
      let done = 0;
      while (done < target.length) {
        const n = readSync(fd, target, done, target.length - done, offset + done);
        if (n === 0) break;
        done += n;
      }
      return done;
    },
  };
}
