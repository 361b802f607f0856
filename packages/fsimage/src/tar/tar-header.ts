import { decodeName } from '../file-name.ts';

export const TAR_BLOCK_BYTES = 512;

/**
 * Fields of a tar header: offset and length.
 *
 * @source POSIX.1-2017, pax, "ustar Interchange Format"
 */
export const tarField = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 6],
  version: [263, 2],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  prefix: [345, 155],
  starPrefix: [345, 131],
  starTrailer: [508, 4],
} as const;

type FieldName = keyof typeof tarField;

/** A header block as it stands; extended headers are not yet applied. */
export interface RawTarHeader {
  /** Type flag, one character; `\0` of old archives reads as `0`. */
  readonly type: string;
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** @returns whether every byte of the block is zero, which ends an archive */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** @throws {@link RangeError} naming the field that is malformed */
export function parseTarHeader(block: Uint8Array): RawTarHeader {
  if (!checksumMatches(block)) throw new RangeError('the header checksum is wrong');
  return {
    type: block[tarField.type[0]] === 0 ? '0' : String.fromCharCode(block[tarField.type[0]] ?? 0),
    name: fullName(block),
    linkName: text(block, 'linkName'),
    mode: number(block, 'mode'),
    uid: number(block, 'uid'),
    gid: number(block, 'gid'),
    size: number(block, 'size'),
    mtime: number(block, 'mtime'),
    deviceMajor: number(block, 'deviceMajor'),
    deviceMinor: number(block, 'deviceMinor'),
  };
}

function field(block: Uint8Array, name: FieldName): Uint8Array {
  const [start, length] = tarField[name];
  return block.subarray(start, start + length);
}

function text(block: Uint8Array, name: FieldName): Uint8Array {
  const bytes = field(block, name);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** GNU archives ("ustar" followed by blanks) use the prefix field for times; v7 archives have none. */
function fullName(block: Uint8Array): Uint8Array {
  const name = text(block, 'name');
  const magic = Buffer.from(field(block, 'magic')).toString('latin1');
  if (magic !== 'ustar\0') return name;
  const isStar = Buffer.from(field(block, 'starTrailer')).toString('latin1') === 'tar\0';
  const prefix = text(block, isStar ? 'starPrefix' : 'prefix');
  return prefix.byteLength === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** Octal digits, or GNU's base 256 when the top bit of the first byte is set. */
function number(block: Uint8Array, name: FieldName): number {
  const bytes = field(block, name);
  const value = (bytes[0] ?? 0) & 0x80 ? base256(bytes) : octal(bytes);
  if (value === undefined || !Number.isSafeInteger(value)) {
    throw new RangeError(`field ${name} is not a number: ${JSON.stringify(decodeName(bytes))}`);
  }
  return value;
}

function octal(bytes: Uint8Array): number | undefined {
  const digits = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^[ \0]+|[ \0].*$/gs, '');
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Two's complement, big-endian; the topmost bit is the marker and the one below it the sign. */
function base256(bytes: Uint8Array): number {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  const bits = bytes.byteLength * 8 - 1;
  return Number(BigInt.asIntN(bits, value));
}

/** Some old tars summed signed characters; both sums are accepted, as GNU tar does. */
function checksumMatches(block: Uint8Array): boolean {
  const [start, length] = tarField.checksum;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < TAR_BLOCK_BYTES; index++) {
    const byte = index >= start && index < start + length ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const stored = octal(field(block, 'checksum'));
  return stored === unsigned || stored === signed;
}
