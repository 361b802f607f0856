/**
 * Extended header records: `length SP keyword "=" value NL`, where the length counts the whole record in bytes.
 * Values stay bytes, since extended attributes and file names may hold any.
 *
 * @source POSIX.1-2017, pax, "pax Extended Header"
 */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** @throws {@link RangeError} when a record is malformed */
export function parsePaxRecords(bytes: Uint8Array): PaxRecords {
  const records = new Map<string, Uint8Array>();
  let rest = bytes;
  while (rest.byteLength > 0) {
    const space = rest.subarray(0, 20).indexOf(SPACE);
    const digits = Buffer.from(rest.subarray(0, Math.max(space, 0))).toString('latin1');
    const length = /^[0-9]+$/.test(digits) ? Number.parseInt(digits, 10) : 0;
    const equals = rest.indexOf(EQUALS, space);
    if (
      length < space + 4 ||
      length > rest.byteLength ||
      rest[length - 1] !== NEWLINE ||
      equals < 0 ||
      equals >= length
    ) {
      throw new RangeError('an extended header record is malformed');
    }
    const keyword = Buffer.from(rest.subarray(space + 1, equals)).toString('utf8');
    // Copied: attribute values outlive the chunk that they came in.
    records.set(keyword, Uint8Array.from(rest.subarray(equals + 1, length - 1)));
    rest = rest.subarray(length);
  }
  return records;
}

/** @returns one record, its own length included */
export function encodePaxRecord(keyword: string, value: Uint8Array | string): Buffer {
  const body = Buffer.concat([Buffer.from(` ${keyword}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = body.byteLength + 1;
  while (String(length).length + body.byteLength !== length) length = String(length).length + body.byteLength;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

/** A time as seconds since the epoch, rounded towards the past, and nanoseconds. */
export interface TarTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** @throws {@link RangeError} when `value` is not a decimal number of seconds */
export function parsePaxTime(value: string): TarTime {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(value);
  if (match === null) throw new RangeError(`a time is malformed: ${JSON.stringify(value)}`);
  const whole = Number(match[2]);
  const nanoseconds = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { seconds: whole, nanoseconds };
  return nanoseconds === 0
    ? { seconds: -whole, nanoseconds }
    : { seconds: -whole - 1, nanoseconds: 1e9 - nanoseconds };
}

/** @returns the decimal form that {@link parsePaxTime} reads back */
export function formatPaxTime({ seconds, nanoseconds }: TarTime): string {
  if (nanoseconds === 0) return String(seconds);
  const isNegative = seconds < 0;
  const whole = isNegative ? -seconds - 1 : seconds;
  const fraction = isNegative ? 1e9 - nanoseconds : nanoseconds;
  return `${isNegative ? '-' : ''}${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}
