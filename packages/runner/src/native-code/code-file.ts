import { createHash } from 'node:crypto';

/** "BOXC", and a version of the form below. */
const MAGIC = Buffer.from('BOXC\x01\0\0\0', 'latin1');
const DIGEST_BYTES = 32;
const HEADER_BYTES = MAGIC.length + DIGEST_BYTES;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** @returns a file: magic, SHA-256 of the code, code */
export function encodeCodeFile(code: Uint8Array): Uint8Array {
  return Buffer.concat([MAGIC, sha256(code), code]);
}

/** @returns the code in its own buffer; undefined when the file is damaged: such code must never be executed */
export function decodeCodeFile(file: Uint8Array): ArrayBuffer | undefined {
  if (file.length <= HEADER_BYTES) return undefined;
  const code = file.slice(HEADER_BYTES);
  const intact =
    MAGIC.equals(file.subarray(0, MAGIC.length)) &&
    sha256(code).equals(file.subarray(MAGIC.length, HEADER_BYTES));
  return intact ? code.buffer.slice(code.byteOffset, code.byteOffset + code.length) : undefined;
}

/**
 * @returns a name for the machine code of a module: equal only for equal bytes under the same engine with the same flags on
 * the same kind of processor (V8 itself compares its version, flags and processor features again)
 */
export function codeFileName(module: Uint8Array): string {
  const hash = createHash('sha256').update(module);
  const circumstances = [process.version, process.versions.v8, process.arch, process.platform];
  hash.update(JSON.stringify([...circumstances, process.execArgv, process.env['NODE_OPTIONS'] ?? '']));
  return hash.digest('hex');
}
