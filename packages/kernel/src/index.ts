export { MissingKernelError } from './errors.ts';
export { kernelPath, readKernel } from './kernel-module.ts';
export {
  type Argument,
  type ArgumentKind,
  type FlagSet,
  type Support,
  type SyscallRow,
} from './syscall-row.ts';
export { syscalls } from './syscalls.table.ts';
