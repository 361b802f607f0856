import { AddressSpace } from '../mm/address-space';
import { Mapping, MappingKind } from '../mm/mapping';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../linux/mman';
import { Task } from '../task/task';
import { TextBuilder } from './proc-text';

/** What /proc tells of the memory of a process: stat, statm, status, maps, smaps. */

/** Pages of an address space by what they are for. @source Linux mm/mmap.c, vm_stat_account; fs/proc/task_mmu.c */
export class MemoryUse {
  size: i64 = 0;
  stack: i64 = 0;
  /** Private and writable. */
  data: i64 = 0;
  /** Code of the program, and other code. */
  program: i64 = 0;
  libraries: i64 = 0;
  /** Loaded pages: files that are not written to privately, shared memory without a file, and the rest. */
  residentFile: i64 = 0;
  residentShared: i64 = 0;
  residentPrivate: i64 = 0;

  constructor(mm: AddressSpace) {
    for (let i = 0; i < mm.mappings.length; i++) if (mm.mappings[i].kind < MappingKind.engine) this.count(mm, mm.mappings[i]);
  }

  private count(mm: AddressSpace, mapping: Mapping): void {
    const pages = mapping.end - mapping.start;
    const isShared = mapping.shared != null;
    const isWritable = (mapping.protection & PROT_WRITE) != 0;
    this.size += pages;
    if (mapping.kind == MappingKind.stack) this.stack += pages;
    else if (isWritable && !isShared) this.data += pages;
    else if ((mapping.protection & PROT_EXEC) != 0 && !isWritable) {
      const program = mm.executable;
      if (program && mapping.inode === program.inode) this.program += pages;
      else this.libraries += pages;
    }
    const resident = mm.presentPages(mapping.start, mapping.end);
    if (mapping.file != null && (isShared || !isWritable)) this.residentFile += resident;
    else if (isShared) this.residentShared += resident;
    else this.residentPrivate += resident;
  }

  get resident(): i64 {
    return this.residentFile + this.residentShared + this.residentPrivate;
  }
}

function row(text: TextBuilder, name: string, pages: i64): void {
  text.text(name).text(':\t').number(pages << 2, 8).text(' kB\n');
}

/** The rows about memory. @source proc_pid_status(5) */
export function writeMemoryStatus(text: TextBuilder, mm: AddressSpace): void {
  const use = new MemoryUse(mm);
  mm.sizePeak = max(mm.sizePeak, use.size);
  row(text, 'VmPeak', mm.sizePeak);
  row(text, 'VmSize', use.size);
  row(text, 'VmLck', 0);
  row(text, 'VmPin', 0);
  row(text, 'VmHWM', max<i64>(mm.residentPeak, use.resident));
  row(text, 'VmRSS', use.resident);
  row(text, 'RssAnon', use.residentPrivate);
  row(text, 'RssFile', use.residentFile);
  row(text, 'RssShmem', use.residentShared);
  row(text, 'VmData', use.data);
  row(text, 'VmStk', use.stack);
  row(text, 'VmExe', use.program);
  row(text, 'VmLib', use.libraries);
  row(text, 'VmPTE', 1);
  row(text, 'VmSwap', 0);
}

/** @source proc_pid_statm(5) */
export function writeStatm(text: TextBuilder, task: Task | null): void {
  const mm = task ? task.mm : null;
  if (mm == null) {
    text.text('0 0 0 0 0 0 0\n');
    return;
  }
  const use = new MemoryUse(mm);
  text.number(use.size).text(' ').number(use.resident).text(' ').number(use.residentFile + use.residentShared);
  text.text(' ').number(use.program).text(' 0 ').number(use.data + use.stack).text(' 0\n');
}

/** @source proc_pid_maps(5) */
export function writeMaps(text: TextBuilder, task: Task | null, withDetails: bool): void {
  const mm = task ? task.mm : null;
  if (mm == null) return;
  for (let i = 0; i < mm.mappings.length; i++) {
    const mapping = mm.mappings[i];
    if (mapping.kind >= MappingKind.engine) continue;
    writeMapping(text, mapping);
    if (withDetails) writeMappingDetails(text, mapping);
  }
}

function writeMapping(text: TextBuilder, mapping: Mapping): void {
  const before = text.length;
  const protection = mapping.protection;
  text.hex(<u64>mapping.start << 12, 8).text('-').hex(<u64>mapping.end << 12, 8).text(' ');
  text.text((protection & PROT_READ) != 0 ? 'r' : '-').text((protection & PROT_WRITE) != 0 ? 'w' : '-');
  text.text((protection & PROT_EXEC) != 0 ? 'x' : '-').text(mapping.shared ? 's' : 'p').text(' ');
  const file = mapping.file;
  text.hex(file ? <u64>mapping.offset << 12 : 0, 8).text(' 00:').hex(file ? file.deviceId() : 0, 2).text(' ');
  text.number(file ? file.inodeNumber() : 0).text(' ');
  let name = '';
  if (file) name = file.path();
  else if (mapping.kind == MappingKind.heap) name = '[heap]';
  else if (mapping.kind == MappingKind.stack) name = '[stack]';
  else if (mapping.kind == MappingKind.vdso) name = '[vdso]';
  else if (mapping.shared) name = '/dev/zero (deleted)';
  if (name.length > 0) {
    while (text.length - before < 73) text.byte(32);
    text.text(name);
  }
  text.text('\n');
}

function writeMappingDetails(text: TextBuilder, mapping: Mapping): void {
  const bytes = <u64>(mapping.end - mapping.start) << 12;
  const resident = <u64>mapping.mm.presentPages(mapping.start, mapping.end) << 12;
  // redis looks for the pages that a forked child shares with its parent.
  const sharedDirty = mapping.mm.wasCopied ? resident : 0;
  text.kibibytes('Size', bytes).kibibytes('KernelPageSize', 4096).kibibytes('MMUPageSize', 4096);
  text.kibibytes('Rss', resident).kibibytes('Pss', resident).kibibytes('Shared_Clean', 0);
  text.kibibytes('Shared_Dirty', sharedDirty).kibibytes('Private_Clean', 0);
  text.kibibytes('Private_Dirty', resident - sharedDirty).kibibytes('Referenced', resident);
  text.kibibytes('Anonymous', resident).kibibytes('LazyFree', 0).kibibytes('AnonHugePages', 0).kibibytes('Swap', 0);
  text.kibibytes('SwapPss', 0).kibibytes('Locked', 0).text('THPeligible:           0\nVmFlags: rd mr mw me\n');
}
