import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { FileSystem } from './file-system';
import { Inode } from './inode';
import { realtimeNow } from './seam';

/** What /proc has of a process, or of the system: it is new, and the process's user owns it when that may look inside. */
export abstract class OwnedProcInode extends Inode {
  constructor(
    fs: FileSystem,
    ino: u64,
    mode: u32,
    readonly group: ThreadGroup | null,
    readonly task: Task | null,
  ) {
    super(fs, ino, mode);
    const now = realtimeNow();
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
    const owner = task ? task : group ? group.leader : null;
    if (owner && owner.group.dumpable == 1) {
      this.uid = owner.credentials.euid;
      this.gid = owner.credentials.egid;
    }
  }
}
