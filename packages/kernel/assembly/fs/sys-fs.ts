import { S_IFDIR, S_IFREG } from '../linux/stat';
import { MemoryFileSystem } from './memory-fs';
import { FileSystem } from './file-system';
import { Dentry } from './dentry';
import { addEntry, addLink } from './dev-fs';
import { MemoryInode } from './memory-inode';
import { storeByteString } from '../memory/bytes';

class SysFileSystem extends MemoryFileSystem {
  constructor() {
    super('sysfs', false, 0o555);
    this.readOnly = true;
  }
}

const content: usize = memory.data(256, 8);

function directory(parent: Dentry, name: string): Dentry {
  return addEntry(parent, name, S_IFDIR | 0o755, 0);
}

function file(parent: Dentry, name: string, text: string): void {
  const inode = changetype<MemoryInode>(addEntry(parent, name, S_IFREG | 0o444, 0).node);
  const length = storeByteString(text, content);
  inode.size = length;
  inode.writeAt(0, content, length);
}

/** The one network interface. @source Linux Documentation/ABI/testing/sysfs-class-net */
function makeLoopback(interface_: Dentry): void {
  file(interface_, 'address', '00:00:00:00:00:00\n');
  file(interface_, 'addr_len', '6\n');
  file(interface_, 'carrier', '1\n');
  file(interface_, 'flags', '0x9\n');
  file(interface_, 'ifindex', '1\n');
  file(interface_, 'iflink', '1\n');
  file(interface_, 'mtu', '65536\n');
  file(interface_, 'operstate', 'unknown\n');
  file(interface_, 'tx_queue_len', '1000\n');
  file(interface_, 'type', '772\n');
}

/** /sys: what runtimes look at to size themselves. One processor, huge pages on request only, no control groups. */
export function makeSysFs(): FileSystem {
  const fs = new SysFileSystem();
  const root = changetype<Dentry>(changetype<usize>(fs.root));
  const devices = directory(root, 'devices');
  const system = directory(devices, 'system');
  const cpu = directory(system, 'cpu');
  file(cpu, 'online', '0\n');
  file(cpu, 'possible', '0\n');
  file(cpu, 'present', '0\n');
  file(cpu, 'offline', '\n');
  directory(cpu, 'cpu0');
  const node = directory(directory(system, 'node'), 'node0');
  file(node, 'cpulist', '0\n');
  file(node, 'cpumap', '1\n');
  const clock = directory(directory(system, 'clocksource'), 'clocksource0');
  file(clock, 'current_clocksource', 'arch_sys_counter\n');
  file(clock, 'available_clocksource', 'arch_sys_counter\n');
  const kernel = directory(root, 'kernel');
  file(kernel, 'cpu_byteorder', 'little\n');
  const mm = directory(kernel, 'mm');
  const huge = directory(mm, 'transparent_hugepage');
  file(huge, 'enabled', 'always [madvise] never\n');
  file(huge, 'defrag', 'always defer defer+madvise [madvise] never\n');
  file(huge, 'shmem_enabled', 'always within_size advise [never] deny force\n');
  file(huge, 'hpage_pmd_size', '2097152\n');
  directory(mm, 'hugepages');
  directory(directory(root, 'fs'), 'cgroup');
  directory(root, 'block');
  makeLoopback(directory(directory(directory(devices, 'virtual'), 'net'), 'lo'));
  addLink(directory(directory(root, 'class'), 'net'), 'lo', '../../devices/virtual/net/lo');
  directory(root, 'bus');
  directory(root, 'dev');
  directory(root, 'firmware');
  directory(root, 'module');
  return fs;
}
