import { storeByteString } from '../memory/bytes';
import { Task } from '../task/task';
import { Dentry } from './dentry';
import { MemoryFileSystem } from './memory-fs';
import { Mount } from './mount';
import { Path } from './path';

let mount: Mount | null = null;
const shown: usize = memory.data(264, 8);

/** A fresh nameless file in memory, shown as "/memfd:NAME (deleted)". */
export function memfdPlace(name: usize, length: u32, mode: u32, seals: i32, task: Task): Path {
  let home = mount;
  if (home == null) {
    const fs = new MemoryFileSystem('tmpfs', false, 0o700);
    home = new Mount(fs, changetype<Dentry>(changetype<usize>(fs.root)), null, null, false);
    mount = home;
  }
  const inode = changetype<MemoryFileSystem>(home.fs).newInode(mode, task.credentials.fsuid, task.credentials.fsgid);
  inode.nlink = 0;
  inode.seals = seals;
  storeByteString('/memfd:', shown);
  memory.copy(shown + 7, name, length);
  const dentry = Dentry.named(null, shown, length + 7, inode);
  dentry.gone = true;
  return new Path(home, dentry);
}
