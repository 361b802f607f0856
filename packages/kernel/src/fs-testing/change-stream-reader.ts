import { changeKinds } from '@boxer/abi';

const kindNames: ReadonlyMap<number, string> = new Map(
  Object.entries(changeKinds).map(([name, kind]) => [kind, name]),
);

/** One record of a change stream, as far as tests look at it. */
export interface Change {
  readonly kind: string;
  readonly path: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly xattrs?: string;
  /** Content, target of a link, or the other path of hardlink and fileFrom. */
  readonly value?: string;
}

/** Reads a change stream by the description in @boxer/abi. */
export function readChanges(stream: Buffer): Change[] {
  let at = 0;
  const u8 = (): number => stream.readUInt8(at++);
  const u32 = (): number => stream.readUInt32LE((at += 4) - 4);
  const text = (n: number): string => stream.toString('latin1', at, (at += n));
  const changes: Change[] = [];
  for (;;) {
    const kind = kindNames.get(u8()) ?? 'unknown';
    const path = text(u32());
    if (kind === 'end') break;
    if (kind === 'unknown') throw new Error(`Cannot read the change stream: unknown record at ${at}`);
    if (kind === 'deleted') changes.push({ kind, path });
    else if (kind === 'hardlink') changes.push({ kind, path, value: text(u32()) });
    else {
      const mode = u32();
      const uid = u32();
      at += 4 + 4 + 8 + 4;
      const xattrs = text(u32());
      const metadata = { kind, path, mode, uid, ...(xattrs === '' ? {} : { xattrs }) };
      if (kind === 'file') {
        const size = Number(stream.readBigUInt64LE(at));
        at += 8;
        changes.push({ ...metadata, value: text(size) });
      } else if (kind === 'symlink' || kind === 'fileFrom') changes.push({ ...metadata, value: text(u32()) });
      else changes.push(metadata);
    }
  }
  if (at !== stream.length)
    throw new Error(`Cannot read the change stream: ${stream.length - at} bytes behind its end`);
  return changes;
}
