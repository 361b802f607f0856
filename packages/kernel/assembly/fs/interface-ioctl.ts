import { EFAULT, EINVAL, ENODEV, ENOTTY } from '../linux/errno';
import { SIOCGIFADDR, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFINDEX } from '../linux/ioctl';
import { AF_INET } from '../linux/socket';
import { copyFromUser, copyToUser } from '../process/user-memory';
import { Task } from '../task/task';

/** @source Linux include/uapi/linux/sockios.h, netdevice(7) */
const SIOCGIFNAME: u32 = 0x8910;
const SIOCGIFBRDADDR: u32 = 0x8919;
const SIOCGIFNETMASK: u32 = 0x891b;
const SIOCGIFMTU: u32 = 0x8921;
const SIOCGIFHWADDR: u32 = 0x8927;
const REQUEST_BYTES: u32 = 40;
const NAME_BYTES: usize = 16;

/** struct ifreq: name, then a union. */
const request: usize = memory.data(40, 8);

function setAddress(ip: u32): void {
  memory.fill(request + NAME_BYTES, 0, 24);
  store<u16>(request + NAME_BYTES, <u16>AF_INET);
  store<u32>(request + NAME_BYTES + 4, ip);
}

/** What sockets tell about the one interface, loopback. @returns a result, or -ENOTTY for other requests */
export function interfaceIoctl(task: Task, code: u32, argument: u64): i64 {
  if (code == SIOCGIFCONF) return listInterfaces(task, argument);
  if (code < SIOCGIFNAME || code > SIOCGIFINDEX) return -ENOTTY;
  if (copyFromUser(task, argument, request, REQUEST_BYTES) != 0) return -EFAULT;
  if (code == SIOCGIFNAME) {
    if (load<i32>(request + NAME_BYTES) != 1) return -ENODEV;
    store<u32>(request, 0x6f6c); // "lo"
    return copyToUser(task, argument, request, REQUEST_BYTES);
  }
  if ((load<u32>(request) & 0xff_ffff) != 0x6f6c) return -ENODEV;
  switch (code) {
    case SIOCGIFFLAGS:
      store<u16>(request + NAME_BYTES, 0x49); // UP, LOOPBACK, RUNNING
      break;
    case SIOCGIFADDR:
      setAddress(0x0100_007f);
      break;
    case SIOCGIFNETMASK:
      setAddress(0xff);
      break;
    case SIOCGIFBRDADDR:
      setAddress(0);
      break;
    case SIOCGIFMTU:
      store<i32>(request + NAME_BYTES, 65536);
      break;
    case SIOCGIFHWADDR:
      memory.fill(request + NAME_BYTES, 0, 24);
      store<u16>(request + NAME_BYTES, 772); // ARPHRD_LOOPBACK
      break;
    case SIOCGIFINDEX:
      store<i32>(request + NAME_BYTES, 1);
      break;
    default:
      return -EINVAL;
  }
  return copyToUser(task, argument, request, REQUEST_BYTES);
}

/** SIOCGIFCONF: struct ifconf is a length and a pointer; without one, only the length is asked for. */
function listInterfaces(task: Task, argument: u64): i64 {
  if (copyFromUser(task, argument, request, 16) != 0) return -EFAULT;
  const room = load<i32>(request);
  const to = load<u64>(request, 8);
  store<i32>(request, to == 0 || room >= <i32>REQUEST_BYTES ? <i32>REQUEST_BYTES : 0);
  if (copyToUser(task, argument, request, 4) != 0) return -EFAULT;
  if (to == 0 || room < <i32>REQUEST_BYTES) return 0;
  memory.fill(request, 0, REQUEST_BYTES);
  store<u32>(request, 0x6f6c); // "lo"
  setAddress(0x0100_007f);
  return copyToUser(task, to, request, REQUEST_BYTES);
}
