/**
 * The signal frame of arm64, as Linux lays it out: siginfo, ucontext, and records of registers behind it. Runtimes read and
 * edit it (Go, V8 and the JVM change pc and registers), so every field is where Linux has it.
 *
 * @source Linux arch/arm64/kernel/signal.c (setup_rt_frame, restore_sigframe); include/uapi/asm/sigcontext.h, ucontext.h
 */
import { CPU_FPCR, CPU_FPSR, CPU_PC, CPU_SP, CPU_VECTORS, CPU_X, CPU_AT } from '../abi.gen';
import {
  SA_NODEFER,
  SA_ONSTACK,
  SA_RESTORER,
  SA_SIGINFO,
  SIGBUS,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
  SS_AUTODISARM,
  SS_DISABLE,
  SS_ONSTACK,
  signalBit,
} from '../linux/signal';
import {
  allocateState,
  copyState,
  makeResident,
  processorState,
  setProcessorState,
  setRegister,
  stackPointer,
  writeState64,
} from '../process/cpu-state';
import { copyFromUser, copyToUser } from '../process/user-memory';
import { Task } from '../task/task';
import { SignalAction } from './action';
import { SignalInfo } from './info';
import { writeSignalInfo, SIGINFO_SIZE } from './siginfo';

const UCONTEXT: i32 = SIGINFO_SIZE;
const UC_STACK: i32 = UCONTEXT + 16;
const UC_SIGMASK: i32 = UCONTEXT + 40;
const SIGCONTEXT: i32 = UCONTEXT + 176;
const SC_REGISTERS: i32 = SIGCONTEXT + 8;
const SC_SP: i32 = SC_REGISTERS + 31 * 8;
const SC_PC: i32 = SC_SP + 8;
const SC_PSTATE: i32 = SC_PC + 8;
const RESERVED: i32 = SIGCONTEXT + 288;
const RESERVED_SIZE: i32 = 4096;
const FRAME_SIZE: i32 = RESERVED + RESERVED_SIZE;

const FPSIMD_MAGIC: u32 = 0x46508001;
const FPSIMD_SIZE: i32 = 528;
const ESR_MAGIC: u32 = 0x45535201;
const ESR_SIZE: i32 = 16;

const frame: usize = memory.data(4688, 16);
let state: usize = 0;

/**
 * Makes a task enter its handler of a signal.
 *
 * @returns false when the stack cannot take the frame: the task deserves SIGSEGV
 */
export function enterHandler(task: Task, info: SignalInfo, action: SignalAction): bool {
  const sp = stackPointer(task);
  let top = sp;
  if ((action.flags & SA_ONSTACK) != 0 && !onAlternateStack(task, sp) && (task.alternateStackFlags & SS_DISABLE) == 0) {
    top = task.alternateStackAt + task.alternateStackSize;
  }
  const record = (top - 16) & ~15;
  const at = record - FRAME_SIZE;

  memory.fill(frame, 0, FRAME_SIZE);
  writeSignalInfo(info, frame);
  writeStack(task, sp, frame + UC_STACK);
  store<u64>(frame + UC_SIGMASK, task.hasSavedBlockedSignals ? task.savedBlockedSignals : task.blockedSignals);
  if (state == 0) state = allocateState();
  copyState(task, state);
  const isFault = info.signal == SIGSEGV || info.signal == SIGBUS;
  if (isFault) store<u64>(frame + SIGCONTEXT, task.faultAddress);
  memory.copy(frame + SC_REGISTERS, state + (CPU_X - CPU_AT), 31 * 8);
  store<u64>(frame + SC_SP, sp);
  store<u64>(frame + SC_PC, load<u64>(state + (CPU_PC - CPU_AT)));
  store<u64>(frame + SC_PSTATE, processorState(task));
  writeRecords(task, isFault);

  if (copyToUser(task, at, frame, FRAME_SIZE) != 0) return false;
  store<u64>(frame, load<u64>(state + (CPU_X - CPU_AT) + 29 * 8));
  store<u64>(frame, load<u64>(state + (CPU_X - CPU_AT) + 30 * 8), 8);
  if (copyToUser(task, record, frame, 16) != 0) return false;

  setRegister(task, 0, info.signal);
  if ((action.flags & SA_SIGINFO) != 0) {
    setRegister(task, 1, at);
    setRegister(task, 2, at + UCONTEXT);
  }
  setRegister(task, 29, record);
  setRegister(task, 30, (action.flags & SA_RESTORER) != 0 ? action.restorer : task.mm!.signalReturnAt);
  writeState64(task, CPU_SP, at);
  writeState64(task, CPU_PC, action.handler);
  if ((task.alternateStackFlags & SS_AUTODISARM) != 0) {
    task.alternateStackAt = 0;
    task.alternateStackSize = 0;
    task.alternateStackFlags = SS_DISABLE;
  }
  if (task.hasSavedBlockedSignals) task.hasSavedBlockedSignals = false;
  task.blockedSignals |= action.mask;
  if ((action.flags & SA_NODEFER) == 0) task.blockedSignals |= signalBit(info.signal);
  task.blockedSignals &= ~(signalBit(SIGKILL) | signalBit(SIGSTOP));
  return true;
}

function writeRecords(task: Task, isFault: bool): void {
  let at = frame + RESERVED;
  store<u32>(at, FPSIMD_MAGIC);
  store<u32>(at, FPSIMD_SIZE, 4);
  store<u32>(at, load<u32>(state + (CPU_FPSR - CPU_AT)), 8);
  store<u32>(at, load<u32>(state + (CPU_FPCR - CPU_AT)), 12);
  memory.copy(at + 16, state + (CPU_VECTORS - CPU_AT), 512);
  at += FPSIMD_SIZE;
  if (isFault && task.faultSyndrome != 0) {
    store<u32>(at, ESR_MAGIC);
    store<u32>(at, ESR_SIZE, 4);
    store<u64>(at, task.faultSyndrome, 8);
  }
}

/** rt_sigreturn(2). @returns false when the frame is not readable or not one */
export function leaveHandler(task: Task): bool {
  const at = stackPointer(task);
  if ((at & 15) != 0) return false;
  if (copyFromUser(task, at, frame, FRAME_SIZE) != 0) return false;
  task.blockedSignals = load<u64>(frame + UC_SIGMASK) & ~(signalBit(SIGKILL) | signalBit(SIGSTOP));
  makeResident(task);
  for (let n = 0; n < 31; n++) setRegister(task, n, load<u64>(frame + SC_REGISTERS + (n << 3)));
  writeState64(task, CPU_SP, load<u64>(frame + SC_SP));
  writeState64(task, CPU_PC, load<u64>(frame + SC_PC));
  setProcessorState(task, load<u64>(frame + SC_PSTATE));
  const slot = task.mm!.slot;
  for (let offset = 0; offset < RESERVED_SIZE - 16; ) {
    const record = frame + RESERVED + offset;
    const magic = load<u32>(record);
    const size = <i32>load<u32>(record, 4);
    if (magic == 0) break;
    if (size < 16 || (size & 15) != 0 || offset + size > RESERVED_SIZE) return false;
    if (magic == FPSIMD_MAGIC) {
      if (size != FPSIMD_SIZE) return false;
      slot.store32(CPU_FPSR, load<u32>(record, 8));
      slot.store32(CPU_FPCR, load<u32>(record, 12));
      slot.writePieces(CPU_VECTORS, record + 16, 512);
    }
    offset += size;
  }
  restoreStack(task);
  return true;
}

function onAlternateStack(task: Task, sp: u64): bool {
  if ((task.alternateStackFlags & SS_AUTODISARM) != 0) return false;
  return task.alternateStackSize != 0 && sp > task.alternateStackAt && sp - task.alternateStackAt <= task.alternateStackSize;
}

/** stack_t of a task: what sigaltstack(2) reports. */
export function writeStack(task: Task, sp: u64, to: usize): void {
  store<u64>(to, task.alternateStackAt);
  store<i32>(to, alternateStackState(task, sp), 8);
  store<u64>(to, task.alternateStackSize, 16);
}

/** ss_flags: SS_ONSTACK, SS_DISABLE or 0, with SS_AUTODISARM. */
export function alternateStackState(task: Task, sp: u64): i32 {
  if (task.alternateStackSize == 0) return SS_DISABLE;
  const disarm = task.alternateStackFlags & SS_AUTODISARM;
  return onAlternateStack(task, sp) ? SS_ONSTACK | disarm : disarm;
}

function restoreStack(task: Task): void {
  const at = load<u64>(frame + UC_STACK);
  const flags = load<i32>(frame + UC_STACK + 8);
  const size = load<u64>(frame + UC_STACK + 16);
  if (onAlternateStack(task, stackPointer(task))) return;
  if ((flags & SS_DISABLE) != 0) {
    task.alternateStackAt = 0;
    task.alternateStackSize = 0;
    task.alternateStackFlags = SS_DISABLE;
  } else {
    task.alternateStackAt = at;
    task.alternateStackSize = size;
    task.alternateStackFlags = flags & SS_AUTODISARM;
  }
}
