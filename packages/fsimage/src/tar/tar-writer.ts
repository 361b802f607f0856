import { encodeName } from '../file-name.ts';
import { encodePaxRecord, formatPaxTime } from './pax.ts';
import { TAR_BLOCK_BYTES, tarField } from './tar-header.ts';
import type { TarEntry, TarEntryType } from './tar-reader.ts';

/** A member to write; directories' names end in a slash. */
export type TarMember = Omit<TarEntry, 'offset' | 'body'>;

const TYPE_FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

/** Largest values of octal fields of 8 and 12 bytes. */
const OCTAL_7_LIMIT = 0o7777777;
const OCTAL_11_LIMIT = 0o77777777777;

/** Two blocks of zeros end an archive. */
export const tarTrailer: Uint8Array = new Uint8Array(2 * TAR_BLOCK_BYTES);

/**
 * @returns the member's header blocks: ustar, with a pax header before it for what ustar cannot say. Equal members
 * give equal bytes.
 */
export function encodeTarHeader(member: TarMember): Buffer {
  const pax = paxRecords(member);
  if (pax.byteLength === 0) return ustarHeader(member);
  const extended = ustarHeader({
    ...member,
    name: 'PaxHeaders.0/x',
    linkName: '',
    sizeBytes: pax.byteLength,
    permissions: 0o644,
    uid: 0,
    gid: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  });
  setText(extended, 'type', Buffer.from('x'));
  return Buffer.concat([withChecksum(extended), pax, tarPadding(pax.byteLength), ustarHeader(member)]);
}

/** @returns the zeros that fill a member's last block */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}

function paxRecords(member: TarMember): Buffer {
  const records: [string, Uint8Array | string][] = [];
  const name = encodeName(member.name);
  const linkName = encodeName(member.linkName);
  const { seconds, nanoseconds } = member.mtime;
  if (!isPlain(name)) records.push(['path', name]);
  if (!isPlain(linkName)) records.push(['linkpath', linkName]);
  if (member.sizeBytes > OCTAL_11_LIMIT) records.push(['size', String(member.sizeBytes)]);
  if (member.uid > OCTAL_7_LIMIT) records.push(['uid', String(member.uid)]);
  if (member.gid > OCTAL_7_LIMIT) records.push(['gid', String(member.gid)]);
  if (nanoseconds !== 0 || seconds < 0 || seconds > OCTAL_11_LIMIT)
    records.push(['mtime', formatPaxTime(member.mtime)]);
  for (const name of [...member.xattrs.keys()].sort()) {
    records.push([`SCHILY.xattr.${name}`, member.xattrs.get(name) ?? '']);
  }
  return Buffer.concat(records.map(([keyword, value]) => encodePaxRecord(keyword, value)));
}

/** Whether a ustar field holds the name as it is. */
function isPlain(name: Uint8Array): boolean {
  return name.byteLength <= 100 && name.every((byte) => byte < 0x80);
}

function ustarHeader(member: TarMember): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  setText(header, 'name', encodeName(member.name));
  setOctal(header, 'mode', member.permissions);
  setOctal(header, 'uid', member.uid);
  setOctal(header, 'gid', member.gid);
  setOctal(header, 'size', member.sizeBytes);
  setOctal(header, 'mtime', member.mtime.seconds);
  setText(header, 'type', Buffer.from(TYPE_FLAGS[member.type]));
  setText(header, 'linkName', encodeName(member.linkName));
  setText(header, 'magic', Buffer.from('ustar\0'));
  setText(header, 'version', Buffer.from('00'));
  setOctal(header, 'deviceMajor', member.deviceMajor);
  setOctal(header, 'deviceMinor', member.deviceMinor);
  return withChecksum(header);
}

/** What does not fit is cut: a pax record carries it then. */
function setText(header: Buffer, name: keyof typeof tarField, bytes: Uint8Array): void {
  const [start, length] = tarField[name];
  header.set(bytes.subarray(0, length), start);
}

function setOctal(header: Buffer, name: keyof typeof tarField, value: number): void {
  const [start, length] = tarField[name];
  const fits = value >= 0 && value <= 8 ** (length - 1) - 1;
  header.write((fits ? value : 0).toString(8).padStart(length - 1, '0'), start, 'latin1');
}

function withChecksum(header: Buffer): Buffer {
  const [start, length] = tarField.checksum;
  header.fill(0x20, start, start + length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, start, 'latin1');
  return header;
}
