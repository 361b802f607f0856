import { PAYLOAD_MAGIC, PAYLOAD_VERSION, payloadHeader } from '@boxer/abi';
import type { FileHandle } from 'node:fs/promises';

/** Sizes of a payload, from its header. */
export interface PayloadSizes {
  readonly indexBytes: number;
  readonly dataBytes: number;
}

/**
 * Reads the header of a payload file and compares it with the file's length.
 *
 * @throws Error that says what is wrong
 */
export async function readPayloadSizes(file: FileHandle): Promise<PayloadSizes> {
  const header = Buffer.alloc(payloadHeader.size);
  const { bytesRead } = await file.read(header, 0, header.length, 0);
  if (bytesRead < header.length) throw new Error('the payload is shorter than its header');
  if (header.readUInt32LE(payloadHeader.magic) !== PAYLOAD_MAGIC)
    throw new Error('the payload has no payload magic');
  const version = header.readUInt32LE(payloadHeader.version);
  if (version !== PAYLOAD_VERSION)
    throw new Error(`the payload has version ${version}, not ${PAYLOAD_VERSION}`);
  const indexBytes = Number(header.readBigUInt64LE(payloadHeader.indexBytes));
  const dataBytes = Number(header.readBigUInt64LE(payloadHeader.dataBytes));
  const { size } = await file.stat();
  if (indexBytes + dataBytes !== size) {
    throw new Error(`the payload has ${size} bytes, its header says ${indexBytes} + ${dataBytes}`);
  }
  return { indexBytes, dataBytes };
}
