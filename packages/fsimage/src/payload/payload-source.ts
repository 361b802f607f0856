import { open } from 'node:fs/promises';
import { PayloadFormatError } from '../errors.ts';

/** Where a payload's bytes lie. */
export interface PayloadSource {
  readonly sizeBytes: number;
  /** @returns exactly `length` bytes; the caller keeps within {@link sizeBytes} */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A stretch of a file: a payload on its own, or inside a component. */
export interface PayloadFileRange {
  /** Where the payload begins; default 0. */
  readonly offset?: number;
  /** Its length; default to the end of the file. */
  readonly sizeBytes?: number;
}

/** Opens a file as the source of a payload. */
export async function openPayloadFile(path: string, range: PayloadFileRange = {}): Promise<PayloadSource> {
  const file = await open(path, 'r');
  const offset = range.offset ?? 0;
  const sizeBytes = range.sizeBytes ?? (await file.stat()).size - offset;
  return {
    sizeBytes,
    async read(position, length) {
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + position + done);
        if (bytesRead === 0) throw new PayloadFormatError(path, 'the file is truncated');
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

/** Serves a payload from memory. */
export function payloadFromBytes(bytes: Uint8Array): PayloadSource {
  return {
    sizeBytes: bytes.byteLength,
    read: async (position, length) => bytes.subarray(position, position + length),
    close: async () => undefined,
  };
}
