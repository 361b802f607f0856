import { CPU_FEATURES } from '../linux/auxv';
import { memoryCap, memoryUsed } from '../mm/memory-budget';
import { allGroups, allTasks, lastTaskId } from '../task/registry';
import { TaskState } from '../task/task';
import { monotonicNow, realtimeNow } from '../time/clock';
import { groupProcessorTime } from '../time/usage';
import { TextBuilder } from './proc-text';

export function writeMeminfo(text: TextBuilder): void {
  const total = memoryCap();
  const used = memoryUsed();
  const free = used < total ? total - used : 0;
  text.kibibytes('MemTotal', total).kibibytes('MemFree', free).kibibytes('MemAvailable', free);
  text.kibibytes('Buffers', 0).kibibytes('Cached', 0).kibibytes('SwapCached', 0);
  text.kibibytes('Active', used).kibibytes('Inactive', 0).kibibytes('Active(anon)', used).kibibytes('Inactive(anon)', 0);
  text.kibibytes('Active(file)', 0).kibibytes('Inactive(file)', 0).kibibytes('Unevictable', 0).kibibytes('Mlocked', 0);
  text.kibibytes('SwapTotal', 0).kibibytes('SwapFree', 0).kibibytes('Dirty', 0).kibibytes('Writeback', 0);
  text.kibibytes('AnonPages', used).kibibytes('Mapped', 0).kibibytes('Shmem', 0).kibibytes('KReclaimable', 0);
  text.kibibytes('Slab', 0).kibibytes('SReclaimable', 0).kibibytes('SUnreclaim', 0).kibibytes('KernelStack', 0);
  text.kibibytes('PageTables', 0).kibibytes('CommitLimit', total).kibibytes('Committed_AS', used);
  text.kibibytes('VmallocTotal', 0).kibibytes('VmallocUsed', 0).kibibytes('AnonHugePages', 0);
  text.text('HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n');
  text.kibibytes('Hugepagesize', 2 << 20).kibibytes('Hugetlb', 0);
}

/** The processor that MIDR_EL1 names, with what HWCAP announces. */
export function writeCpuinfo(text: TextBuilder): void {
  text.text('processor\t: 0\nBogoMIPS\t: 125.00\nFeatures\t: ').text(CPU_FEATURES).byte(10);
  text.text('CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x4\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n');
}

/** Nanoseconds of processor time all processes have used. */
function busyTime(): u64 {
  const groups = allGroups();
  let busy: u64 = 0;
  for (let i = 0; i < groups.length; i++) busy += groupProcessorTime(groups[i]) + groups[i].childrenTime;
  return busy;
}

const bootedAt: u64 = realtimeNow() - monotonicNow();
const startedAt: u64 = monotonicNow();

/** A monotonic time in nanoseconds since the box started: what /proc calls boot. */
export function sinceStart(time: u64): u64 {
  return time > startedAt ? time - startedAt : 0;
}

function uptime(): u64 {
  return monotonicNow() - startedAt;
}

export function writeSystemStat(text: TextBuilder): void {
  const busy = busyTime() / 10_000_000;
  const all = uptime() / 10_000_000;
  const idle = all > busy ? all - busy : 0;
  for (let i = 0; i < 2; i++) {
    text.text(i == 0 ? 'cpu  ' : 'cpu0 ').number(busy).text(' 0 0 ').number(idle).text(' 0 0 0 0 0 0\n');
  }
  let running = 0;
  let blocked = 0;
  const tasks = allTasks();
  for (let i = 0; i < tasks.length; i++) if (tasks[i].state == TaskState.runnable) running++;
  text.text('intr 0\nctxt 0\nbtime ').number((bootedAt + startedAt) / 1_000_000_000).text('\nprocesses ').number(lastTaskId());
  text.text('\nprocs_running ').number(max(running, 1)).text('\nprocs_blocked ').number(blocked);
  text.text('\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n');
}

function hundredths(text: TextBuilder, ns: u64): void {
  const value = ns / 10_000_000;
  text.number(value / 100).text('.').text((value % 100).toString().padStart(2, '0'));
}

export function writeUptime(text: TextBuilder): void {
  const up = uptime();
  const busy = busyTime();
  hundredths(text, up);
  text.text(' ');
  hundredths(text, up > busy ? up - busy : 0);
  text.text('\n');
}

export function writeLoadavg(text: TextBuilder): void {
  const tasks = allTasks();
  let running = 0;
  for (let i = 0; i < tasks.length; i++) if (tasks[i].state == TaskState.runnable) running++;
  text.text('0.00 0.00 0.00 ').number(max(running, 1)).text('/').number(tasks.length).text(' ').number(lastTaskId()).text('\n');
}

export function writeVmstat(text: TextBuilder): void {
  const used = memoryUsed() >> 12;
  const total = memoryCap() >> 12;
  text.text('nr_free_pages ').number(used < total ? total - used : 0).text('\nnr_anon_pages ').number(used);
  text.text('\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\npgmajfault 0\n');
}
