import { EINVAL } from '../linux/errno';
import { RELEASE, VERSION } from '../boot/hostname';
import { byteString } from '../memory/bytes';
import { fillRandom } from '../wasi/random';
import { Task } from '../task/task';
import { hostname } from '../boot/hostname';
import { ProcFileInode } from './proc-file';
import { writeMaps, writeStatm } from './proc-memory';
import {
  writeGuestBytes,
  writeLimits,
  writeMountInfo,
  writeMounts,
  writeProcessStat,
  writeStatus,
} from './proc-process';
import { ProcContent } from './proc-rows';
import { writeCpuinfo, writeLoadavg, writeMeminfo, writeSystemStat, writeUptime, writeVmstat } from './proc-system';
import { TextBuilder } from './proc-text';
import { writeUnixSockets } from './unix-table';

let bootId: string = '';

function randomUuid(): string {
  const at = memory.data(16, 8);
  fillRandom(at, 16);
  store<u8>(at + 6, (load<u8>(at + 6) & 0x0f) | 0x40);
  store<u8>(at + 8, (load<u8>(at + 8) & 0x3f) | 0x80);
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += load<u8>(at + i).toString(16).padStart(2, '0');
  }
  return text;
}

/** Writes what a generated file says now. `reader`: the task that reads it. */
export function writeContent(text: TextBuilder, inode: ProcFileInode, reader: Task): void {
  switch (inode.content) {
    case ProcContent.fixed:
      text.text(inode.detail);
      return;
    case ProcContent.meminfo:
      writeMeminfo(text);
      return;
    case ProcContent.cpuinfo:
      writeCpuinfo(text);
      return;
    case ProcContent.systemStat:
      writeSystemStat(text);
      return;
    case ProcContent.uptime:
      writeUptime(text);
      return;
    case ProcContent.loadavg:
      writeLoadavg(text);
      return;
    case ProcContent.vmstat:
      writeVmstat(text);
      return;
    case ProcContent.filesystems:
      text.text('nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevpts\nnodev\toverlay\nnodev\tpipefs\nnodev\tsockfs\nnodev\t9p\n');
      return;
    case ProcContent.version:
      text.text('Linux version ' + RELEASE + ' (boxer) ' + VERSION + '\n');
      return;
    case ProcContent.hostname:
      text.text(hostname()).text('\n');
      return;
    case ProcContent.uuid:
      text.text(randomUuid()).text('\n');
      return;
    case ProcContent.bootId:
      if (bootId.length == 0) bootId = randomUuid();
      text.text(bootId).text('\n');
      return;
    case ProcContent.unixSockets:
      writeUnixSockets(text);
      return;
  }
  writeProcessContent(text, inode);
}

function writeProcessContent(text: TextBuilder, inode: ProcFileInode): void {
  const group = inode.group;
  if (group == null) return;
  const task = inode.task;
  const mm = task ? task.mm : null;
  const id = task ? task.tid : group.pid;
  switch (inode.content) {
    case ProcContent.processStat:
      writeProcessStat(text, group, task, id);
      return;
    case ProcContent.status:
      writeStatus(text, group, task, id);
      return;
    case ProcContent.statm:
      writeStatm(text, task);
      return;
    case ProcContent.commandLine:
      if (mm) writeGuestBytes(text, task, mm.argumentsStart, mm.argumentsEnd);
      return;
    case ProcContent.environment:
      if (mm) writeGuestBytes(text, task, mm.environmentStart, mm.environmentEnd);
      return;
    case ProcContent.name:
      text.text(task ? task.name : group.lastName).text('\n');
      return;
    case ProcContent.maps:
      writeMaps(text, task, false);
      return;
    case ProcContent.smaps:
      writeMaps(text, task, true);
      return;
    case ProcContent.mounts:
      writeMounts(text);
      return;
    case ProcContent.mountInfo:
      writeMountInfo(text);
      return;
    case ProcContent.limits:
      writeLimits(text, group);
      return;
    case ProcContent.auxiliary: {
      const vector = mm ? mm.auxiliary : null;
      if (vector) text.bytes(changetype<usize>(vector), vector.length << 3);
      return;
    }
    case ProcContent.oomScoreAdjust:
      text.number(group.oomScoreAdjust).text('\n');
      return;
    case ProcContent.io:
      text.text('rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n');
      return;
    case ProcContent.personality:
      text.hex(group.personality, 8).text('\n');
      return;
    case ProcContent.cgroup:
      text.text('0::/\n');
      return;
    case ProcContent.schedule:
      text.text('0 0 0\n');
      return;
    case ProcContent.coredumpFilter:
      text.text('00000033\n');
      return;
    case ProcContent.descriptorInfo: {
      const file = task ? task.files.get(<i32>parseInt(inode.detail)) : null;
      if (file == null) return;
      text.row('pos', file.position).text('flags:\t0').octal(file.flags).text('\n').row('mnt_id', file.place.mount.id);
      text.row('ino', file.inode.ino);
      return;
    }
  }
}

/** Writes to one of the few files that take it. @returns 0 or -errno */
export function writeProcFile(inode: ProcFileInode, at: usize, n: u32): i32 {
  const group = inode.group;
  const value = byteString(at, n).trim();
  switch (inode.content) {
    case ProcContent.oomScoreAdjust: {
      const score = parseInt(value);
      if (isNaN(score) || score < -1000 || score > 1000) return -EINVAL;
      if (group) group.oomScoreAdjust = <i32>score;
      return 0;
    }
    case ProcContent.name: {
      const task = inode.task;
      if (task) task.name = value.substring(0, 15);
      return 0;
    }
    case ProcContent.coredumpFilter:
      return 0;
  }
  return -EINVAL;
}
