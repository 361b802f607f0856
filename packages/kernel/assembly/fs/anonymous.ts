import { ANON_INODE_FS_MAGIC, S_IFMT, S_IFREG, S_IFIFO, S_IFSOCK, PIPEFS_MAGIC, SOCKFS_MAGIC } from '../linux/stat';
import { Task } from '../task/task';
import { literalBytes } from './bytes';
import { Dentry } from './dentry';
import { FileSystem } from './file-system';
import { Inode } from './inode';
import { Mount } from './mount';
import { Path } from './path';
import { realtimeNow } from './seam';

/** Files that have no name anywhere: pipes, sockets, event and timer descriptors. */
class AnonymousFileSystem extends FileSystem {
  nextInode: u64 = 2;
}

export class AnonymousInode extends Inode {
  /** The name's bytes, freed with the last holder. */
  name: usize = 0;

  drop(): void {
    if (--this.holders > 0 || this.name == 0) return;
    heap.free(this.name);
    this.name = 0;
  }
}

function anonymousMount(typeName: string, magic: u64): Mount {
  const fs = new AnonymousFileSystem(typeName, magic, typeName);
  const root = new Dentry(null, 0, 0, new AnonymousInode(fs, 1, S_IFREG | 0o600));
  fs.root = root;
  return new Mount(fs, root, null, null, false);
}

const pipes: Mount = anonymousMount('pipefs', PIPEFS_MAGIC);
const sockets: Mount = anonymousMount('sockfs', SOCKFS_MAGIC);
const others: Mount = anonymousMount('anon_inodefs', ANON_INODE_FS_MAGIC);

/**
 * A fresh inode with a name like "pipe:[12]" or "anon_inode:[eventfd]", which is what /proc/PID/fd/N shows.
 *
 * @param name - "pipe", "socket", or what stands between the brackets of anon_inode
 */
export function anonymousPlace(name: string, mode: u32, task: Task): Path {
  const type = mode & S_IFMT;
  const mount = type == S_IFIFO ? pipes : type == S_IFSOCK ? sockets : others;
  const fs = changetype<AnonymousFileSystem>(mount.fs);
  const inode = new AnonymousInode(fs, fs.nextInode++, mode);
  inode.uid = task.credentials.fsuid;
  inode.gid = task.credentials.fsgid;
  const now = realtimeNow();
  inode.atime = now;
  inode.mtime = now;
  inode.ctime = now;
  const shown = mount === others ? 'anon_inode:[' + name + ']' : name + ':[' + inode.ino.toString() + ']';
  inode.name = literalBytes(shown);
  return new Path(mount, new Dentry(null, inode.name, shown.length, inode));
}
