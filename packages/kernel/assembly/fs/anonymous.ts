import { ANON_INODE_FS_MAGIC, S_IFMT, S_IFREG, S_IFIFO, S_IFSOCK, PIPEFS_MAGIC, SOCKFS_MAGIC } from '../linux/stat';
import { ENXIO } from '../linux/errno';
import { storeByteString } from '../memory/bytes';
import { Task } from '../task/task';
import { HostPipe } from './console';
import { Dentry } from './dentry';
import { FileSystem } from './file-system';
import { Inode } from './inode';
import { Mount } from './mount';
import { OpenFile } from './open-file';
import { Path } from './path';
import { PipeBuffer, PipeEnd } from './pipe';
import { failWith } from './result';
import { realtimeNow } from './seam';

const nameBuffer: usize = memory.data(64, 8);

/** Files that have no name anywhere: pipes, sockets, event and timer descriptors. */
class AnonymousFileSystem extends FileSystem {
  nextInode: u64 = 2;
}

export class AnonymousInode extends Inode {
  /** What a further open of it (through /proc/self/fd/N) gets hold of: a PipeBuffer or HostPipe. */
  content: Object | null = null;

  open(task: Task, place: Path, flags: u32): OpenFile | null {
    const content = this.content;
    if (content instanceof PipeBuffer) return new PipeEnd(place, flags, changetype<PipeBuffer>(content));
    if (content instanceof HostPipe) return new HostPipe(place, flags, changetype<HostPipe>(content).output);
    failWith(ENXIO);
    return null;
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
  return anonymousPlaceOf(name, mode, task.credentials.fsuid, task.credentials.fsgid);
}

/** As {@link anonymousPlace}, for a given owner. */
export function anonymousPlaceOf(name: string, mode: u32, uid: u32, gid: u32): Path {
  const type = mode & S_IFMT;
  const mount = type == S_IFIFO ? pipes : type == S_IFSOCK ? sockets : others;
  const fs = changetype<AnonymousFileSystem>(mount.fs);
  const inode = new AnonymousInode(fs, fs.nextInode++, mode);
  inode.uid = uid;
  inode.gid = gid;
  const now = realtimeNow();
  inode.atime = now;
  inode.mtime = now;
  inode.ctime = now;
  const shown = mount === others ? 'anon_inode:[' + name + ']' : name + ':[' + inode.ino.toString() + ']';
  const length = storeByteString(shown, nameBuffer);
  return new Path(mount, Dentry.named(null, nameBuffer, length, inode));
}
