import { RLIM_INFINITY, RLIMIT_SIGPENDING } from '../linux/resource';
import { SIG_DFL, SIG_IGN } from '../linux/signal';
import { copyFromUser } from '../process/user-memory';
import { Credentials } from '../task/credentials';
import { Task, TaskState } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { groupProcessorTime } from '../time/usage';
import { isReadOnly } from './open';
import { Mount, mounts } from './mount';
import { Path } from './path';
import { pathString } from './path-string';
import { encodeDevice } from './stat-buffer';
import { MemoryUse, writeMemoryStatus } from './proc-memory';
import { sinceStart } from './proc-system';
import { TextBuilder } from './proc-text';

/** Nanoseconds in a tick of 1/100 s. */
const TICK: u64 = 10_000_000;

function stateLetter(group: ThreadGroup, task: Task | null): string {
  if (group.ended || task == null) return 'Z';
  switch (task.state) {
    case TaskState.runnable:
      return 'R';
    case TaskState.blocked:
      return 'S';
    case TaskState.stopped:
      return 'T';
  }
  return 'Z';
}

function nameOf(group: ThreadGroup, task: Task | null): string {
  return task ? task.name : group.lastName;
}

function credentialsOf(group: ThreadGroup, task: Task | null): Credentials {
  if (task) return task.credentials;
  const last = group.lastCredentials;
  return last ? last : new Credentials();
}

/** @source proc_pid_stat(5) */
export function writeProcessStat(text: TextBuilder, group: ThreadGroup, task: Task | null, id: i32): void {
  const mm = task ? task.mm : null;
  const parent = group.parent;
  const session = group.session;
  const terminal = session.terminal;
  const time = <i64>(groupProcessorTime(group) / TICK);
  text.number(id).text(' (').text(nameOf(group, task)).text(') ').text(stateLetter(group, task));
  text.text(' ').number(parent ? parent.pid : 0).text(' ').number(group.pgid).text(' ').number(session.id);
  text.text(' ').number(terminal != 0 ? encodeDevice(terminal >> 20, terminal & 0xfffff) : 0);
  text.text(' ').number(terminal != 0 ? session.foregroundGroup : -1);
  text.text(' 4194304 0 0 0 0 ').number(time).text(' 0 ').number(<i64>(group.childrenTime / TICK));
  const nice = task ? task.nice : 0;
  text.text(' 0 ').number(20 + nice).text(' ').number(nice).text(' ').number(group.threads.length);
  text.text(' 0 ').number(<i64>(sinceStart(group.startedAt) / TICK)).text(' ').number((mm ? new MemoryUse(mm).size : 0) << 12);
  text.text(' ').number(mm ? mm.residentPages : 0).text(' 18446744073709551615');
  text.text(' 0 0 ').number(mm ? mm.stackStart : 0).text(' 0 0 ');
  text.number(task ? task.pending.set & 0x7fff_ffff : 0).text(' ').number(task ? task.blockedSignals & 0x7fff_ffff : 0);
  text.text(' ').number(<i64>(ignoredSignals(group) & 0x7fff_ffff)).text(' ').number(<i64>(caughtSignals(group) & 0x7fff_ffff));
  text.text(' 0 0 0 17 0 0 0 0 0 0 0 0 ').number(mm ? mm.heapStart : 0).text(' ');
  text.number(mm ? mm.argumentsStart : 0).text(' ').number(mm ? mm.argumentsEnd : 0).text(' ');
  text.number(mm ? mm.environmentStart : 0).text(' ').number(mm ? mm.environmentEnd : 0).text(' ');
  text.number(group.ended ? group.exitStatus : 0).text('\n');
}

function ignoredSignals(group: ThreadGroup): u64 {
  let set: u64 = 0;
  for (let i = 0; i < group.actions.length; i++) if (group.actions[i].handler == SIG_IGN) set |= <u64>1 << i;
  return set;
}

function caughtSignals(group: ThreadGroup): u64 {
  let set: u64 = 0;
  for (let i = 0; i < group.actions.length; i++) {
    const handler = group.actions[i].handler;
    if (handler != SIG_DFL && handler != SIG_IGN) set |= <u64>1 << i;
  }
  return set;
}

/** @source proc_pid_status(5) */
export function writeStatus(text: TextBuilder, group: ThreadGroup, task: Task | null, id: i32): void {
  const letter = stateLetter(group, task);
  const credentials = credentialsOf(group, task);
  const mm = task ? task.mm : null;
  const parent = group.parent;
  const name = letter == 'R' ? 'running' : letter == 'S' ? 'sleeping' : letter == 'T' ? 'stopped' : 'zombie';
  text.text('Name:\t').text(nameOf(group, task)).text('\nUmask:\t').octal(task ? task.fs.umask : 0o22, 4);
  text.text('\nState:\t').text(letter).text(' (').text(name).text(')\n');
  text.row('Tgid', group.pid).row('Ngid', 0).row('Pid', id).row('PPid', parent ? parent.pid : 0).row('TracerPid', 0);
  four(text, 'Uid', credentials.uid, credentials.euid, credentials.suid, credentials.fsuid);
  four(text, 'Gid', credentials.gid, credentials.egid, credentials.sgid, credentials.fsgid);
  text.row('FDSize', task ? task.files.capacity : 0).text('Groups:\t');
  for (let i = 0; i < credentials.groups.length; i++) text.number(credentials.groups[i]).text(' ');
  text.text('\n');
  text.row('NStgid', group.pid).row('NSpid', id).row('NSpgid', group.pgid).row('NSsid', group.session.id);
  if (mm) writeMemoryStatus(text, mm);
  text.row('Threads', group.threads.length);
  const queued = group.pending.length + (task ? task.pending.length : 0);
  text.text('SigQ:\t').number(queued).text('/').number(<i64>group.limit(RLIMIT_SIGPENDING)).text('\n');
  mask(text, 'SigPnd', task ? task.pending.set : 0);
  mask(text, 'ShdPnd', group.pending.set);
  mask(text, 'SigBlk', task ? task.blockedSignals : 0);
  mask(text, 'SigIgn', ignoredSignals(group));
  mask(text, 'SigCgt', caughtSignals(group));
  mask(text, 'CapInh', credentials.inheritable);
  mask(text, 'CapPrm', credentials.permitted);
  mask(text, 'CapEff', credentials.effective);
  mask(text, 'CapBnd', credentials.bounding);
  mask(text, 'CapAmb', credentials.ambient);
  text.row('NoNewPrivs', credentials.noNewPrivileges ? 1 : 0).row('Seccomp', 0).row('Seccomp_filters', 0);
  text.text('Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0\n');
  text.row('voluntary_ctxt_switches', 1).row('nonvoluntary_ctxt_switches', 1);
}

function four(text: TextBuilder, name: string, a: u32, b: u32, c: u32, d: u32): void {
  text.text(name).text(':\t').number(a).text('\t').number(b).text('\t').number(c).text('\t').number(d).text('\n');
}

function mask(text: TextBuilder, name: string, set: u64): void {
  text.text(name).text(':\t').hex(set, 16).text('\n');
}

const copyBuffer: usize = memory.data(4096, 8);

/** Copies a stretch of the process's memory: arguments, environment. */
export function writeGuestBytes(text: TextBuilder, task: Task | null, from: u64, to: u64): void {
  if (task == null || task.mm == null) return;
  while (from < to) {
    const n = <u32>min<u64>(to - from, 4096);
    if (copyFromUser(task, from, copyBuffer, n) != 0) return;
    text.bytes(copyBuffer, n);
    from += n;
  }
}

/** Rows of /proc/PID/limits, in the order of the numbers. */
const LIMIT_NAMES: string[] = [
  'Max cpu time',
  'Max file size',
  'Max data size',
  'Max stack size',
  'Max core file size',
  'Max resident set',
  'Max processes',
  'Max open files',
  'Max locked memory',
  'Max address space',
  'Max file locks',
  'Max pending signals',
  'Max msgqueue size',
  'Max nice priority',
  'Max realtime priority',
  'Max realtime timeout',
];
const LIMIT_UNITS: string[] = [
  'seconds', 'bytes', 'bytes', 'bytes', 'bytes', 'bytes', 'processes', 'files', 'bytes', 'bytes', 'locks', 'signals',
  'bytes', '', '', 'us',
];

export function writeLimits(text: TextBuilder, group: ThreadGroup): void {
  text.text('Limit                     Soft Limit           Hard Limit           Units     \n');
  for (let i = 0; i < LIMIT_NAMES.length; i++) {
    text.text(LIMIT_NAMES[i].padEnd(26, ' '));
    text.text(limitText(group.limits[i * 2]).padEnd(21, ' ')).text(limitText(group.limits[i * 2 + 1]).padEnd(21, ' '));
    text.text(LIMIT_UNITS[i].padEnd(10, ' ')).text('\n');
  }
}

function limitText(value: u64): string {
  return value == RLIM_INFINITY ? 'unlimited' : value.toString();
}

function mountPath(mount: Mount): string {
  const mountpoint = mount.mountpoint;
  const parent = mount.parent;
  return mountpoint && parent ? pathString(new Path(parent, mountpoint)) : '/';
}

function mountOptions(mount: Mount): string {
  return isReadOnly(mount) ? 'ro,relatime' : 'rw,relatime';
}

/** @source proc_pid_mounts(5) */
export function writeMounts(text: TextBuilder): void {
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i];
    text.text(mount.fs.source).text(' ').text(escapeSpaces(mountPath(mount))).text(' ').text(mount.fs.typeName);
    text.text(' ').text(mountOptions(mount)).text(mount.fs.mountOptions).text(' 0 0\n');
  }
}

/** @source proc_pid_mountinfo(5) */
export function writeMountInfo(text: TextBuilder): void {
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i];
    const parent = mount.parent;
    text.number(mount.id).text(' ').number(parent ? parent.id : 1).text(' 0:').number(mount.fs.device).text(' / ');
    text.text(escapeSpaces(mountPath(mount))).text(' ').text(mountOptions(mount)).text(' - ').text(mount.fs.typeName);
    text.text(' ').text(mount.fs.source).text(mount.fs.readOnly ? ' ro' : ' rw').text(mount.fs.mountOptions).text('\n');
  }
}

function escapeSpaces(path: string): string {
  return path.includes(' ') ? path.replaceAll(' ', '\\040') : path;
}
