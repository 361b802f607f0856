/** System V shared memory. */
import { PAGE_SHIFT } from '../abi.gen';
import { createSegment, dropIfUnused, findSegment, findSegmentByKey, Segment, segmentCount } from '../ipc/shared-segments';
import { IpcPermission } from '../ipc/permission';
import { EACCES, EEXIST, EFAULT, EINVAL, ENOENT, ENOMEM, ENOSPC, EPERM } from '../linux/errno';
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_PERM_BYTES,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_DEST,
  SHM_EXEC,
  SHM_LOCK,
  SHM_RDONLY,
  SHM_REMAP,
  SHM_RND,
  SHM_UNLOCK,
  SHMID_DS_BYTES,
} from '../linux/ipc';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../linux/mman';
import { END_PAGE, FIRST_PAGE } from '../mm/layout';
import { memoryCap } from '../mm/memory-budget';
import { copyToUser, readU32, userFault } from '../process/user-memory';
import { Task } from '../task/task';
import { realtimeSeconds } from '../time/clock';

/** Most segments of the box, and of a process. */
const SHMMNI: i32 = 4096;
const buffer: usize = memory.data(112, 8);

/** shmget(2). */
export function sys_shmget(task: Task, key: i32, size: u64, flags: i32): i64 {
  if (key != IPC_PRIVATE) {
    const known = findSegmentByKey(key);
    if (known != null) {
      if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL)) return -EEXIST;
      if (size > known.sizeBytes) return -EINVAL;
      const problem = known.permission.check(task.credentials, <u32>((flags >> 6) & 6));
      return problem != 0 ? problem : known.id;
    }
    if ((flags & IPC_CREAT) == 0) return -ENOENT;
  }
  if (size == 0 || size > memoryCap()) return -EINVAL;
  if (segmentCount() >= SHMMNI) return -ENOSPC;
  const permission = new IpcPermission(key, task.credentials, flags & 0o777);
  return createSegment(permission, size, task.pid).id;
}

/** shmat(2). @returns the address */
export function sys_shmat(task: Task, id: i32, address: u64, flags: i32): i64 {
  const segment = findSegment(id);
  if (segment == null) return -EINVAL;
  const isReadOnly = (flags & SHM_RDONLY) != 0;
  if (segment.permission.check(task.credentials, isReadOnly ? 4 : 6) != 0) return -EACCES;
  const mm = task.mm!;
  const pages = <i32>((segment.sizeBytes + 4095) >> PAGE_SHIFT);
  let start: i32;
  if (address == 0) {
    if ((flags & SHM_REMAP) != 0) return -EINVAL;
    start = mm.findFree(pages);
    if (start < 0) return -ENOMEM;
  } else {
    if ((address & 4095) != 0 && (flags & SHM_RND) == 0) return -EINVAL;
    if ((address >> PAGE_SHIFT) + pages > <u64>END_PAGE) return -EINVAL;
    start = <i32>(address >> PAGE_SHIFT);
    if (start < FIRST_PAGE) return -EINVAL;
    if ((flags & SHM_REMAP) == 0 && !mm.isFree(start, start + pages)) return -EINVAL;
  }
  const mapping = mm.insert(start, start + pages);
  if (mapping == null) return -ENOMEM;
  mapping.protection = PROT_READ | (isReadOnly ? 0 : PROT_WRITE) | ((flags & SHM_EXEC) != 0 ? PROT_EXEC : 0);
  mapping.mayWrite = !isReadOnly;
  mapping.segment = id;
  segment.memory.attach(mapping);
  segment.attachTime = realtimeSeconds();
  segment.lastPid = task.pid;
  return <i64>start << PAGE_SHIFT;
}

/** shmdt(2). */
export function sys_shmdt(task: Task, address: u64): i64 {
  if ((address & 4095) != 0 || address >> PAGE_SHIFT >= <u64>END_PAGE) return -EINVAL;
  const mm = task.mm!;
  const mapping = mm.find(<i32>(address >> PAGE_SHIFT));
  if (mapping == null || mapping.segment < 0 || <u64>mapping.start << PAGE_SHIFT != address) return -EINVAL;
  const segment = findSegment(mapping.segment);
  const problem = mm.unmap(mapping.start, mapping.end);
  if (segment != null) {
    segment.detachTime = realtimeSeconds();
    segment.lastPid = task.pid;
    dropIfUnused(segment);
  }
  return problem;
}

/** shmctl(2). */
export function sys_shmctl(task: Task, id: i32, command: i32, at: u64): i64 {
  if (command == IPC_INFO) return writeLimits(task, at);
  const segment = findSegment(id);
  if (segment == null) return -EINVAL;
  switch (command) {
    case IPC_STAT: {
      const problem = segment.permission.check(task.credentials, 4);
      return problem != 0 ? problem : writeState(task, segment, at);
    }
    case IPC_RMID:
      if (!segment.permission.mayControl(task.credentials)) return -EPERM;
      segment.isRemoved = true;
      dropIfUnused(segment);
      return 0;
    case IPC_SET: {
      if (!segment.permission.mayControl(task.credentials)) return -EPERM;
      const uid = readU32(task, at + 4);
      const gid = readU32(task, at + 8);
      const mode = readU32(task, at + 20);
      if (userFault()) return -EFAULT;
      segment.permission.uid = uid;
      segment.permission.gid = gid;
      segment.permission.mode = mode & 0o777;
      segment.changeTime = realtimeSeconds();
      return 0;
    }
    case SHM_LOCK:
    case SHM_UNLOCK:
      return 0;
    default:
      return -EINVAL;
  }
}

function writeState(task: Task, segment: Segment, at: u64): i64 {
  memory.fill(buffer, 0, SHMID_DS_BYTES);
  segment.permission.write(buffer, segment.isRemoved ? SHM_DEST : 0);
  const rest = buffer + IPC_PERM_BYTES;
  store<u64>(rest, segment.sizeBytes);
  store<i64>(rest, segment.attachTime, 8);
  store<i64>(rest, segment.detachTime, 16);
  store<i64>(rest, segment.changeTime, 24);
  store<i32>(rest, segment.creatorPid, 32);
  store<i32>(rest, segment.lastPid, 36);
  store<u64>(rest, segment.attachments, 40);
  return copyToUser(task, at, buffer, SHMID_DS_BYTES);
}

/** struct shminfo64. */
function writeLimits(task: Task, at: u64): i64 {
  memory.fill(buffer, 0, 72);
  store<u64>(buffer, memoryCap());
  store<u64>(buffer, 1, 8);
  store<u64>(buffer, SHMMNI, 16);
  store<u64>(buffer, SHMMNI, 24);
  store<u64>(buffer, memoryCap() >> PAGE_SHIFT, 32);
  return copyToUser(task, at, buffer, 72);
}
