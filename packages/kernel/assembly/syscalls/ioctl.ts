import { EBADF, EFAULT, ENOTTY, EOPNOTSUPP } from '../linux/errno';
import { FICLONE, FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, FIOQSIZE, FS_IOC_FIEMAP } from '../linux/ioctl';
import { O_ASYNC, O_NONBLOCK } from '../linux/open-flags';
import { OpenFile } from '../fs/open-file';
import { readI32, userFault, writeU64 } from '../process/user-memory';
import { Task } from '../task/task';

/** Those that every file has; the others are the file's. @source Linux fs/ioctl.c */
export function sys_ioctl(task: Task, fd: i32, request: u64, argument: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  switch (<u32>request) {
    case FIOCLEX:
      task.files.setCloseOnExec(fd, true);
      return 0;
    case FIONCLEX:
      task.files.setCloseOnExec(fd, false);
      return 0;
    case FIONBIO:
      return setFlag(task, file, O_NONBLOCK, argument);
    case FIOASYNC:
      return setFlag(task, file, O_ASYNC, argument);
    case FIOQSIZE:
      if (!file.inode.isRegular && !file.inode.isDirectory) return -ENOTTY;
      return writeU64(task, argument, file.inode.size);
    case FICLONE:
    case FS_IOC_FIEMAP:
      return file.inode.isRegular ? -EOPNOTSUPP : -ENOTTY;
  }
  return file.ioctl(task, <u32>request, argument);
}

function setFlag(task: Task, file: OpenFile, flag: u32, argument: u64): i64 {
  const on = readI32(task, argument);
  if (userFault()) return -EFAULT;
  if (on != 0) file.flags |= flag;
  else file.flags &= ~flag;
  return 0;
}
