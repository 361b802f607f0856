import { Buffer } from 'node:buffer';
import { timestamp } from '../tree/timestamps.ts';
import type { TarMember } from '../tar/tar-writer.ts';
import type { TarEntryType } from '../tar/tar-reader.ts';
import { EMPTY_CONTENT } from './pack.ts';

/** A member of a layer, its content by number. */
export interface PackedMember extends TarMember {
  readonly content: number;
  /** Name in a lower layer of the file that this is: on its own the member stands for a copy of it. */
  readonly link: string | undefined;
}

const letters: Readonly<Record<TarEntryType, string>> = {
  file: 'f',
  'hard-link': 'h',
  symlink: 'l',
  'character-device': 'c',
  'block-device': 'b',
  directory: 'd',
  fifo: 'p',
};
const typeByLetter = new Map(Object.entries(letters).map(([type, letter]) => [letter, type as TarEntryType]));

/** What is the detail depends on the type. */
type Row = readonly [
  letter: string,
  name: string,
  permissions: number,
  uid: number,
  gid: number,
  seconds: number,
  nanoseconds: number,
  detail: unknown,
  xattrs?: Record<string, string> | null,
  link?: string,
];

/** @returns a member as one line of JSON. Names are bytes in surrogateescape form, which JSON keeps. */
export function encodeMemberRow(member: TarMember, content: number, link?: string): string {
  const { type, name, permissions, uid, gid, mtime, xattrs } = member;
  const row: unknown[] = [
    letters[type],
    name,
    permissions,
    uid,
    gid,
    mtime.seconds,
    mtime.nanoseconds,
    detailOf(member, content),
  ];
  if (xattrs.size > 0) row.push(encodeXattrs(xattrs));
  else if (link !== undefined) row.push(null);
  if (link !== undefined) row.push(link);
  return JSON.stringify(row);
}

/** @throws {@link SyntaxError} or {@link TypeError} when the line was not made by {@link encodeMemberRow} */
export function decodeMemberRow(line: string): PackedMember {
  const row = JSON.parse(line) as Row;
  const [letter, name, permissions, uid, gid, seconds, nanoseconds, detail, xattrs, link] = row;
  const type = typeByLetter.get(letter);
  if (type === undefined) throw new TypeError(`no member type ${letter}`);
  const isDevice = type === 'character-device' || type === 'block-device';
  const [sizeBytes, content] = (type === 'file' ? detail : [0, EMPTY_CONTENT]) as [number, number];
  const [deviceMajor, deviceMinor] = (isDevice ? detail : [0, 0]) as [number, number];
  return {
    type,
    name,
    permissions,
    uid,
    gid,
    mtime: timestamp(seconds, nanoseconds),
    linkName: typeof detail === 'string' ? detail : '',
    sizeBytes,
    content,
    deviceMajor,
    deviceMinor,
    xattrs: xattrs === undefined || xattrs === null ? noXattrs : decodeXattrs(xattrs),
    link,
  };
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();

function detailOf(member: TarMember, content: number): unknown {
  switch (member.type) {
    case 'file':
      return [member.sizeBytes, content];
    case 'hard-link':
    case 'symlink':
      return member.linkName;
    case 'character-device':
    case 'block-device':
      return [member.deviceMajor, member.deviceMinor];
    case 'directory':
    case 'fifo':
      return 0;
  }
}

function encodeXattrs(xattrs: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...xattrs].map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

function decodeXattrs(encoded: Record<string, string>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}
