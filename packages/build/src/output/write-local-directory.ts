import { constants } from 'node:fs';
import { chmod, link, lstat, lutimes, mkdir, open, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Digester, isErrno } from '@boxer/foundation';
import type { Content, InodeId, Tree, TreeEntry } from '@boxer/fsimage';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';

/**
 * Writes a filesystem as files of the host, owned by whoever runs this. Devices, pipes and sockets are left out.
 * Existing files of the directory that are not in the image stay.
 */
export async function writeLocalDirectory(
  tree: Tree,
  dest: string,
  { signal }: Pick<OutputEnvironment, 'signal'>,
): Promise<WrittenOutput> {
  const written = new Map<InodeId, string>();
  const digester = new Digester();
  const directories: TreeEntry[] = [];
  let sizeBytes = 0;
  for (const entry of tree.walk()) {
    signal?.throwIfAborted();
    const path = join(dest, entry.path);
    digester.update(Buffer.from(`${entry.path}\0`));
    if (entry.inode.kind === 'directory') {
      await makeDirectory(path);
      directories.push(entry);
      continue;
    }
    await rm(path, { recursive: true, force: true });
    const twin = written.get(entry.id);
    if (twin !== undefined) await link(twin, path);
    else if (entry.inode.kind === 'symlink') await symlink(entry.inode.target, path);
    else if (entry.inode.kind === 'file') {
      await writeFile(path, entry.inode.content, entry.inode.permissions);
      sizeBytes += entry.inode.content.sizeBytes;
      written.set(entry.id, path);
    } else continue;
    await setTime(path, entry);
  }
  // Last, since a directory without write permission takes no more files, and files change its time.
  for (const entry of directories.reverse()) {
    await chmod(join(dest, entry.path), entry.inode.permissions & 0o777);
    await setTime(join(dest, entry.path), entry);
  }
  return { digest: digester.digest(), sizeBytes };
}

/** A symbolic link in the place of a directory would lead out of `dest`: it is replaced. */
async function makeDirectory(path: string): Promise<void> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (stats?.isDirectory() === true) return;
  if (stats !== undefined) await rm(path, { force: true });
  await mkdir(path, { mode: 0o700 });
}

async function writeFile(path: string, content: Content, permissions: number): Promise<void> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const file = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of content.chunks()) await file.writeFile(chunk);
    await file.chmod(permissions & 0o777);
  } finally {
    await file.close();
  }
}

function setTime(path: string, { inode }: TreeEntry): Promise<void> {
  const seconds = inode.mtime.seconds + inode.mtime.nanoseconds / 1e9;
  return lutimes(path, seconds, seconds);
}
