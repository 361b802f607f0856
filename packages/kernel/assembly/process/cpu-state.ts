/**
 * Registers of a task: in its process's memory when it is the resident task there, else in kernel memory. Offsets are those of
 * the CPU state (CPU_X, CPU_PC, …).
 */
import { CPU_AT, CPU_C, CPU_N, CPU_PC, CPU_SIZE, CPU_SP, CPU_V, CPU_X, CPU_Z } from '../abi.gen';
import { Task } from '../task/task';

/** Kernel memory for a CPU state: zeroed. */
export function allocateState(): usize {
  const at = heap.alloc(CPU_SIZE);
  memory.fill(at, 0, CPU_SIZE);
  return at;
}

/** Copies a task's CPU state to kernel memory. */
export function copyState(task: Task, to: usize): void {
  if (isResident(task)) task.mm!.slot.readPieces(CPU_AT, to, CPU_SIZE);
  else memory.copy(to, task.savedState, CPU_SIZE);
}

/** Puts a task's CPU state into its process's memory, saving that of the task that is there. */
export function makeResident(task: Task): void {
  const mm = task.mm!;
  const resident = mm.residentTask;
  if (resident === task) return;
  if (resident != null) {
    if (resident.savedState == 0) resident.savedState = allocateState();
    mm.slot.readPieces(CPU_AT, resident.savedState, CPU_SIZE);
  }
  mm.slot.writePieces(CPU_AT, task.savedState, CPU_SIZE);
  mm.residentTask = task;
}

/** The task will not use its process's memory again (exec, exit). */
export function leaveResidence(task: Task): void {
  const mm = task.mm;
  if (mm && mm.residentTask === task) mm.residentTask = null;
}

function isResident(task: Task): bool {
  const mm = task.mm;
  return mm != null && mm.residentTask === task;
}

export function readState64(task: Task, offset: i32): u64 {
  return isResident(task) ? task.mm!.slot.load64(offset) : load<u64>(task.savedState + (offset - CPU_AT));
}

export function writeState64(task: Task, offset: i32, value: u64): void {
  if (isResident(task)) task.mm!.slot.store64(offset, value);
  else store<u64>(task.savedState + (offset - CPU_AT), value);
}

export function readState32(task: Task, offset: i32): u32 {
  return isResident(task) ? task.mm!.slot.load32(offset) : load<u32>(task.savedState + (offset - CPU_AT));
}

export function writeState32(task: Task, offset: i32, value: u32): void {
  if (isResident(task)) task.mm!.slot.store32(offset, value);
  else store<u32>(task.savedState + (offset - CPU_AT), value);
}

export function register(task: Task, n: i32): u64 {
  return readState64(task, CPU_X + (n << 3));
}

export function setRegister(task: Task, n: i32, value: u64): void {
  writeState64(task, CPU_X + (n << 3), value);
}

export function stackPointer(task: Task): u64 {
  return readState64(task, CPU_SP);
}

export function programCounter(task: Task): u64 {
  return readState64(task, CPU_PC);
}

/** PSTATE as a signal frame shows it: NZCV in bits 31 to 28. */
export function processorState(task: Task): u64 {
  return (
    (<u64>readState32(task, CPU_N) << 31) |
    (<u64>readState32(task, CPU_Z) << 30) |
    (<u64>readState32(task, CPU_C) << 29) |
    (<u64>readState32(task, CPU_V) << 28)
  );
}

export function setProcessorState(task: Task, pstate: u64): void {
  writeState32(task, CPU_N, <u32>(pstate >> 31) & 1);
  writeState32(task, CPU_Z, <u32>(pstate >> 30) & 1);
  writeState32(task, CPU_C, <u32>(pstate >> 29) & 1);
  writeState32(task, CPU_V, <u32>(pstate >> 28) & 1);
}
