/**
 * Reads tar archives into memory: ustar, pax, and GNU long names. Deliberately none of Boxer's own code: it checks
 * what that writes.
 *
 * @source POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format"
 */

const TYPES = { 0: 'file', '\0': 'file', 1: 'hardlink', 2: 'symlink', 5: 'dir' };

/** @returns {{ name: string, type: string, mode: number, uid: number, gid: number, link: string, body: Buffer }[]} */
export function readTar(bytes) {
  const entries = [];
  let pax = {};
  let offset = 0;
  while (offset + 512 <= bytes.length && bytes[offset] !== 0) {
    const header = bytes.subarray(offset, offset + 512);
    const size = Number(pax.size ?? number(header, 124, 12));
    const body = bytes.subarray(offset + 512, offset + 512 + size);
    if (body.length < size) throw new Error(`tar: ends inside the entry at byte ${offset}`);
    offset += 512 + Math.ceil(size / 512) * 512;
    const kind = String.fromCharCode(header[156]);
    if (kind === 'x') pax = { ...pax, ...paxRecords(body) };
    else if (kind === 'L') pax = { ...pax, path: text(body, 0, size) };
    else if (kind === 'K') pax = { ...pax, linkpath: text(body, 0, size) };
    else if (kind !== 'g') {
      entries.push({
        name: pax.path ?? headerName(header),
        type: TYPES[kind] ?? 'other',
        mode: number(header, 100, 8) & 0o7777,
        uid: Number(pax.uid ?? number(header, 108, 8)),
        gid: Number(pax.gid ?? number(header, 116, 8)),
        link: pax.linkpath ?? text(header, 157, 100),
        body,
      });
      pax = {};
    }
  }
  return entries;
}

function headerName(header) {
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : '';
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

function text(bytes, start, length) {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

function number(bytes, start, length) {
  // GNU: the highest bit announces a binary number.
  if (bytes[start] & 0x80) return bytes.readUIntBE(start + length - 6, 6);
  return Number.parseInt(text(bytes, start, length).trim() || '0', 8);
}

function paxRecords(body) {
  const records = {};
  for (let at = 0; at < body.length;) {
    const blank = body.indexOf(32, at);
    const length = Number(body.toString('latin1', at, blank));
    if (!(length > 0)) throw new Error('tar: a pax record without a length');
    const record = body.toString('utf8', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}
