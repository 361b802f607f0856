import { anonymousPlace } from '../fs/anonymous';
import { Notifier } from '../fs/notifier';
import { OpenFile } from '../fs/open-file';
import { Path } from '../fs/path';
import { O_RDWR } from '../linux/open-flags';
import { POLL_READABLE } from '../linux/poll';
import { Task } from './task';
import { ThreadGroup } from './thread-group';

/** pidfd_open(2): names a process; readable when it has ended. */
export class PidFile extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    readonly group: ThreadGroup,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return this.group.endEvents;
  }

  poll(): u32 {
    return this.group.ended ? POLL_READABLE : 0;
  }

  onRelease(): void {
    this.inode.drop();
  }
}

/** Opens a pidfd with close-on-exec. @returns descriptor, or -EMFILE */
export function installPidFd(task: Task, group: ThreadGroup, flags: u32 = 0): i32 {
  const file = new PidFile(anonymousPlace('pidfd', 0o600, task), O_RDWR | flags, group);
  const fd = task.files.install(task, file, true);
  if (fd < 0) file.release();
  return fd;
}
