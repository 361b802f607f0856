import { S_IFDIR, S_IFLNK, S_IFREG } from '../linux/stat';
import { RELEASE, VERSION } from '../boot/hostname';
import { ProcKind } from './proc-fs';

/** What a generated file holds. */
export const enum ProcContent {
  fixed = 0,
  meminfo = 1,
  cpuinfo = 2,
  systemStat = 3,
  uptime = 4,
  loadavg = 5,
  vmstat = 6,
  filesystems = 7,
  version = 8,
  hostname = 9,
  uuid = 10,
  bootId = 11,
  processStat = 20,
  status = 21,
  statm = 22,
  commandLine = 23,
  name = 24,
  environment = 25,
  maps = 26,
  smaps = 27,
  mounts = 28,
  mountInfo = 29,
  limits = 30,
  auxiliary = 31,
  oomScoreAdjust = 32,
  io = 33,
  personality = 34,
  descriptorInfo = 35,
  cgroup = 36,
  schedule = 37,
  coredumpFilter = 38,
  unixSockets = 39,
}

/** One entry of a directory in /proc. */
export class ProcRow {
  constructor(
    readonly name: string,
    readonly mode: u32,
    readonly kind: ProcKind,
    readonly content: ProcContent,
    readonly detail: string,
  ) {}
}

/** A generated file. `detail`: the text itself for ProcContent.fixed. */
export function procRow(name: string, mode: u32, content: ProcContent, detail: string): ProcRow {
  return new ProcRow(name, mode, ProcKind.root, content, detail);
}

function file(name: string, content: ProcContent, mode: u32 = 0o444): ProcRow {
  return procRow(name, S_IFREG | mode, content, '');
}

function fixed(name: string, text: string, mode: u32 = 0o444): ProcRow {
  return procRow(name, S_IFREG | mode, ProcContent.fixed, text);
}

function directory(name: string, kind: ProcKind, mode: u32 = 0o555, detail: string = ''): ProcRow {
  return new ProcRow(name, S_IFDIR | mode, kind, ProcContent.fixed, detail);
}

function link(name: string, kind: ProcKind, detail: string = ''): ProcRow {
  return new ProcRow(name, S_IFLNK | 0o777, kind, ProcContent.fixed, detail);
}

/** @source proc(5) */
export const PROC_ROOT_ROWS: ProcRow[] = [
  fixed('cgroups', '#subsys_name\thierarchy\tnum_cgroups\tenabled\n'),
  fixed('cmdline', 'boxer\n'),
  file('cpuinfo', ProcContent.cpuinfo),
  fixed('devices', 'Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n136 pts\n\nBlock devices:\n'),
  fixed('diskstats', ''),
  file('filesystems', ProcContent.filesystems),
  fixed('interrupts', '           CPU0       \n'),
  file('loadavg', ProcContent.loadavg),
  file('meminfo', ProcContent.meminfo),
  fixed('modules', ''),
  link('mounts', ProcKind.fixedLink, 'self/mounts'),
  link('net', ProcKind.fixedLink, 'self/net'),
  fixed('partitions', 'major minor  #blocks  name\n\n'),
  link('self', ProcKind.self),
  file('stat', ProcContent.systemStat),
  fixed('swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'),
  directory('sys', ProcKind.sys),
  link('thread-self', ProcKind.threadSelf),
  file('uptime', ProcContent.uptime),
  file('version', ProcContent.version),
  file('vmstat', ProcContent.vmstat),
];

/** /proc/PID and /proc/PID/task/TID. */
export const PROC_PROCESS_ROWS: ProcRow[] = [
  file('auxv', ProcContent.auxiliary, 0o400),
  file('cgroup', ProcContent.cgroup),
  file('cmdline', ProcContent.commandLine),
  file('comm', ProcContent.name, 0o644),
  file('coredump_filter', ProcContent.coredumpFilter, 0o644),
  link('cwd', ProcKind.workingDirectory),
  file('environ', ProcContent.environment, 0o400),
  link('exe', ProcKind.executable),
  directory('fd', ProcKind.descriptors, 0o500),
  directory('fdinfo', ProcKind.descriptorInfos),
  file('io', ProcContent.io, 0o400),
  file('limits', ProcContent.limits),
  fixed('loginuid', '4294967295'),
  file('maps', ProcContent.maps),
  file('mountinfo', ProcContent.mountInfo),
  file('mounts', ProcContent.mounts),
  directory('net', ProcKind.net),
  directory('ns', ProcKind.namespaces, 0o511),
  fixed('oom_score', '0\n'),
  file('oom_score_adj', ProcContent.oomScoreAdjust, 0o644),
  file('personality', ProcContent.personality, 0o400),
  link('root', ProcKind.rootDirectory),
  file('schedstat', ProcContent.schedule),
  file('smaps', ProcContent.smaps),
  file('stat', ProcContent.processStat),
  file('statm', ProcContent.statm),
  file('status', ProcContent.status),
  directory('task', ProcKind.tasks),
  fixed('wchan', '0'),
];

const TCP_HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';

/** One network interface: loopback. */
export const PROC_NET_ROWS: ProcRow[] = [
  fixed(
    'dev',
    'Inter-|   Receive                                                |  Transmit\n' +
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
      '    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n',
  ),
  fixed('if_inet6', '00000000000000000000000000000001 01 80 10 80       lo\n'),
  fixed('route', 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'),
  fixed('tcp', TCP_HEADER),
  fixed('tcp6', TCP_HEADER),
  fixed('udp', TCP_HEADER),
  fixed('udp6', TCP_HEADER),
  file('unix', ProcContent.unixSockets),
];

/** Rows of one directory below /proc/sys. */
const sysDirectories = new Map<string, ProcRow[]>();

function sysRow(path: string, row: ProcRow): void {
  if (!sysDirectories.has(path)) {
    sysDirectories.set(path, []);
    if (path.length > 0) {
      const slash = path.lastIndexOf('/');
      const parent = slash < 0 ? '' : path.substring(0, slash);
      sysRow(parent, directory(path.substring(slash + 1), ProcKind.sys, 0o555, path));
    }
  }
  sysDirectories.get(path).push(row);
}

/** @source Linux Documentation/admin-guide/sysctl; values of a default installation */
export function procSysRows(path: string): ProcRow[] {
  if (sysDirectories.size == 0) {
    sysRow('kernel', fixed('cap_last_cap', '40\n'));
    sysRow('kernel', fixed('core_pattern', 'core\n'));
    sysRow('kernel', file('hostname', ProcContent.hostname));
    sysRow('kernel', fixed('domainname', '(none)\n'));
    sysRow('kernel', fixed('msgmax', '8192\n'));
    sysRow('kernel', fixed('ngroups_max', '65536\n'));
    sysRow('kernel', fixed('osrelease', RELEASE + '\n'));
    sysRow('kernel', fixed('ostype', 'Linux\n'));
    sysRow('kernel', fixed('overflowgid', '65534\n'));
    sysRow('kernel', fixed('overflowuid', '65534\n'));
    sysRow('kernel', fixed('pid_max', '4194304\n'));
    sysRow('kernel', fixed('randomize_va_space', '0\n'));
    sysRow('kernel', fixed('sem', '32000\t1024000000\t500\t32000\n'));
    sysRow('kernel', fixed('shmall', '18446744073692774399\n'));
    sysRow('kernel', fixed('shmmax', '18446744073692774399\n'));
    sysRow('kernel', fixed('shmmni', '4096\n'));
    sysRow('kernel', fixed('threads-max', '127000\n'));
    sysRow('kernel', fixed('version', VERSION + '\n'));
    sysRow('kernel/random', file('boot_id', ProcContent.bootId));
    sysRow('kernel/random', file('uuid', ProcContent.uuid));
    sysRow('kernel/random', fixed('entropy_avail', '256\n'));
    sysRow('kernel/random', fixed('poolsize', '256\n'));
    sysRow('vm', fixed('max_map_count', '65530\n'));
    sysRow('vm', fixed('mmap_min_addr', '65536\n'));
    sysRow('vm', fixed('overcommit_memory', '0\n'));
    sysRow('vm', fixed('overcommit_ratio', '50\n'));
    sysRow('vm', fixed('swappiness', '60\n'));
    sysRow('fs', fixed('file-max', '1048576\n'));
    sysRow('fs', fixed('file-nr', '64\t0\t1048576\n'));
    sysRow('fs', fixed('nr_open', '1048576\n'));
    sysRow('fs', fixed('pipe-max-size', '1048576\n'));
    sysRow('fs', fixed('protected_hardlinks', '1\n'));
    sysRow('fs', fixed('protected_symlinks', '0\n'));
    sysRow('fs', fixed('suid_dumpable', '0\n'));
    sysRow('fs/inotify', fixed('max_queued_events', '16384\n'));
    sysRow('fs/inotify', fixed('max_user_instances', '128\n'));
    sysRow('fs/inotify', fixed('max_user_watches', '65536\n'));
    sysRow('net/core', fixed('rmem_default', '212992\n'));
    sysRow('net/core', fixed('rmem_max', '212992\n'));
    sysRow('net/core', fixed('somaxconn', '4096\n'));
    sysRow('net/core', fixed('wmem_default', '212992\n'));
    sysRow('net/core', fixed('wmem_max', '212992\n'));
    sysRow('net/ipv4', fixed('ip_local_port_range', '32768\t60999\n'));
    sysRow('net/ipv4', fixed('ip_unprivileged_port_start', '0\n'));
    sysRow('net/ipv4', fixed('tcp_rmem', '4096\t131072\t6291456\n'));
    sysRow('net/ipv4', fixed('tcp_wmem', '4096\t16384\t4194304\n'));
    sysRow('net/ipv6/conf/all', fixed('disable_ipv6', '0\n'));
  }
  return sysDirectories.has(path) ? sysDirectories.get(path) : [];
}
