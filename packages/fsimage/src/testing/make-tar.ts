import { encodeTarHeader, tarPadding, tarTrailer, type TarMember } from '../tar/tar-writer.ts';

/** A member of a made-up archive: a name is enough for an empty file. */
export type MadeMember = Partial<TarMember> & { readonly name: string; readonly content?: string };

/** @returns an archive of the members, in their order */
export function makeTar(members: readonly MadeMember[]): Buffer {
  return Buffer.concat([...members.map(encodeMember), tarTrailer]);
}

/** @returns a member's header, contents and padding */
export function encodeMember({ content = '', ...member }: MadeMember): Buffer {
  const body = Buffer.from(content);
  const header = encodeTarHeader({
    type: member.name.endsWith('/') ? 'directory' : 'file',
    linkName: '',
    permissions: 0o644,
    uid: 0,
    gid: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    sizeBytes: body.byteLength,
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: new Map(),
    ...member,
  });
  return Buffer.concat([header, body, tarPadding(body.byteLength)]);
}
