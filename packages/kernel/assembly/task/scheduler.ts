import { signalName } from '../trace/names';
import { isTracing, traceEvent } from '../trace/trace';
import {
  CELL_FAULT_ACCESS,
  CELL_FAULT_ADDRESS,
  CELL_FUEL,
  CELL_WORD,
  EXIT_BREAKPOINT,
  EXIT_FAULT,
  EXIT_FUEL,
  EXIT_LEAVE,
  EXIT_UNDEFINED,
  EXIT_YIELD,
  PAGE_EXECUTE,
  PAGE_SHIFT,
  PAGE_WRITE,
} from '../abi.gen';
import { countExecuted } from '../code/enter-packs';
import { consoleHasReader, consoleInput, forwardHostSignal } from '../fs/api';
import { inputReady, log, pendingSignals } from '../host/slots';
import {
  BUS_ADRALN,
  BUS_ADRERR,
  ILL_ILLOPC,
  SEGV_ACCERR,
  SEGV_MAPERR,
  SIGBUS,
  SIGILL,
  SIGKILL,
  SIGSEGV,
  SIGTERM,
  SIGTRAP,
  SIGXCPU,
  SIG_IGN,
  TRAP_BRKPT,
} from '../linux/signal';
import { RLIM_INFINITY, RLIMIT_CPU } from '../linux/resource';
import { isMemoryExhausted } from '../mm/memory-budget';
import { makeResident, programCounter } from '../process/cpu-state';
import { freeEndedSlots } from '../process/slots';
import { deliverSignals, forceSignal, needsAttention } from '../signal/deliver';
import { kernelSignal, sendToGroup } from '../signal/send';
import { SignalInfo } from '../signal/info';
import { monotonicNow, NANOSECONDS, sleepFor } from '../time/clock';
import { nearestSleeper, wakeSleepers } from '../time/sleepers';
import { checkProcessorTimers, hasProcessorTimers } from '../time/process-timers';
import { nearestTimer, runTimers } from '../time/timer';
import { groupProcessorTime } from '../time/usage';
import { hex } from '../trace/text';
import { isBoxOver } from './box';
import { setCurrentTask } from './current';
import { allTasks } from './registry';
import { dequeueRunnable, enqueueRunnable, hasRunnable } from './run-queue';
import { executedCalls, resumeSystemCall } from './system-call';
import { NEVER, Task, TaskState } from './task';
import { ThreadGroup } from './thread-group';

/** Instructions a task executes before the next one has its turn. */
const SLICE: i64 = 200_000;
/** System calls, at least, between collections of garbage. */
const CALLS_PER_COLLECTION: i32 = 20_000;
/** A collection may take this part of the time: 1/20. */
const COLLECTION_SHARE: u64 = 20;
/** How often to look for terminal input while there is other work: 5 ms. */
const INPUT_PERIOD: u64 = 5_000_000;
/** How often to look for the host's signals while waiting: 100 ms. */
const SIGNAL_PERIOD: u64 = 100_000_000;

let fuelLeft: i64 = i64.MAX_VALUE;
let nextCollection: i32 = CALLS_PER_COLLECTION;
let nextCollectionTime: u64 = 0;
let nextInput: u64 = 0;

export const enum SchedulerEnd {
  over = 0,
  outOfFuel = 1,
  outOfMemory = 2,
  deadlock = 3,
}

/** How many instructions the whole box may execute. */
export function setFuel(instructions: i64): void {
  fuelLeft = instructions;
}

/** Nanoseconds of processor time a task has used, the current slice included. */
export function processorTime(task: Task): u64 {
  return task.processorTime + (task === running ? monotonicNow() - sliceStart : 0);
}

let running: Task | null = null;
let sliceStart: u64 = 0;

/** Runs the tasks until the box is over. Holds no reference across a collection of garbage. */
export function runTasks(): SchedulerEnd {
  while (!isBoxOver()) {
    if (isMemoryExhausted()) return SchedulerEnd.outOfMemory;
    if (fuelLeft < 0) return SchedulerEnd.outOfFuel;
    freeEndedSlots();
    if (executedCalls() >= nextCollection) collectGarbage();
    pollHost();
    if (!hasRunnable() && !waitForEvent()) return SchedulerEnd.deadlock;
    runNext();
  }
  freeEndedSlots();
  return SchedulerEnd.over;
}

/** Collects when that has not been done for long, compared with how long it takes. */
function collectGarbage(): void {
  const start = monotonicNow();
  if (start < nextCollectionTime) return;
  __collect();
  const end = monotonicNow();
  nextCollection = executedCalls() + CALLS_PER_COLLECTION;
  nextCollectionTime = end + (end - start) * COLLECTION_SHARE;
}

/** Looks after timers, the host's signals and terminal input. */
function pollHost(): void {
  const now = monotonicNow();
  wakeSleepers(now);
  runTimers(now);
  forwardSignals();
  if (now >= nextInput && consoleHasReader()) {
    nextInput = now + INPUT_PERIOD;
    if (inputReady(0) != 0) consoleInput();
  }
}

function forwardSignals(): void {
  let signals = pendingSignals();
  while (signals != 0) {
    forwardHostSignal(<i32>ctz(signals) + 1);
    signals &= signals - 1;
  }
}

/** Nobody can run: waits for the host. @returns false when nothing can ever happen again */
function waitForEvent(): bool {
  while (!hasRunnable()) {
    const deadline = min(nearestSleeper(), nearestTimer());
    const reading = consoleHasReader();
    if (deadline == NEVER && !reading && !anyoneListens()) return false;
    const now = monotonicNow();
    const wait: i64 = deadline == NEVER ? -1 : deadline > now ? <i64>(deadline - now) : 0;
    if (reading) {
      if (inputReady(wait) != 0) consoleInput();
    } else {
      // Nobody wants the input that may be there: wait by the clock alone, and look for signals now and then.
      sleepFor(wait < 0 ? SIGNAL_PERIOD : min(<u64>wait, SIGNAL_PERIOD));
    }
    const then = monotonicNow();
    wakeSleepers(then);
    runTimers(then);
    forwardSignals();
  }
  return true;
}

/** Whether a signal of the host could make somebody go on who waits for nothing else. */
function anyoneListens(): bool {
  const tasks = allTasks();
  for (let i = 0; i < tasks.length; i++) {
    const task = tasks[i];
    if (task.state == TaskState.stopped || task.awaitsSignal) return true;
    if (task.group.actions[SIGTERM - 1].handler > SIG_IGN) return true;
  }
  return false;
}

function runNext(): void {
  const task = dequeueRunnable();
  if (task == null || task.state != TaskState.runnable) return;
  setCurrentTask(task);
  if (task.group.stopSignal != 0 && !task.isDying) {
    task.state = TaskState.stopped;
    return;
  }
  if (task.inSystemCall && !resumeSystemCall(task)) return;
  let slice = SLICE;
  while (task.state == TaskState.runnable && slice >= 0) {
    if (needsAttention(task)) {
      deliverSignals(task);
      if (task.state != TaskState.runnable) return;
      if (task.group.stopSignal != 0) {
        task.state = TaskState.stopped;
        return;
      }
    }
    slice = execute(task, slice);
    if (isBoxOver() || isMemoryExhausted()) return;
  }
  if (task.state == TaskState.runnable) enqueueRunnable(task);
}

/** Runs a task for at most `slice` instructions. @returns what is left of them, negative when it should let go */
function execute(task: Task, slice: i64): i64 {
  const slot = task.mm!.slot;
  makeResident(task);
  const given = min(slice, fuelLeft);
  slot.store64(CELL_FUEL, given);
  running = task;
  sliceStart = monotonicNow();
  const reason = slot.run();
  task.processorTime += monotonicNow() - sliceStart;
  running = null;
  const left = <i64>slot.load64(CELL_FUEL);
  const used = given - left;
  fuelLeft -= used;
  countExecuted(used);
  task.usedFuel += used;
  if (hasProcessorTimers(task.group)) checkProcessorTimers(task.group, groupProcessorTime(task.group));
  if (task.group.limit(RLIMIT_CPU) != RLIM_INFINITY) checkProcessorLimit(task.group);
  if (fuelLeft < 0) return -1;
  switch (reason) {
    case EXIT_LEAVE:
      if (task.yields) {
        task.yields = false;
        return -1;
      }
      return task.state == TaskState.runnable ? left : -1;
    case EXIT_FAULT:
      handleFault(task, slot.load64(CELL_FAULT_ADDRESS), slot.load32(CELL_FAULT_ACCESS));
      return left;
    case EXIT_UNDEFINED: {
      const pc = programCounter(task);
      log('undefined instruction ' + hex(slot.load32(CELL_WORD)) + ' at ' + hex(pc) + ' in process ' + task.pid.toString());
      raise(task, SIGILL, ILL_ILLOPC, pc);
      return left;
    }
    case EXIT_BREAKPOINT:
      raise(task, SIGTRAP, TRAP_BRKPT, programCounter(task));
      return left;
    case EXIT_FUEL:
    case EXIT_YIELD:
      return -1;
    default:
      throw new Error('the engine stopped for an unknown reason: ' + reason.toString());
  }
}

/** RLIMIT_CPU: SIGXCPU every second behind the soft limit, SIGKILL at the hard one. */
function checkProcessorLimit(group: ThreadGroup): void {
  const seconds = groupProcessorTime(group) / NANOSECONDS;
  if (seconds < group.limit(RLIMIT_CPU) || seconds <= group.lastProcessorWarning) return;
  group.lastProcessorWarning = seconds;
  sendToGroup(group, kernelSignal(seconds >= group.limits[RLIMIT_CPU * 2 + 1] ? SIGKILL : SIGXCPU));
}

/** What the engine says of an exclusive access or a branch target that is not aligned, instead of the access. */
const ACCESS_MISALIGNED: i32 = 0;
/** ESR_EL1 of a PC alignment fault, and of a data abort by misalignment. @source Arm ARM DDI 0487, "ESR_EL1" */
const PC_ALIGNMENT: u64 = (0x22 << 26) | (1 << 25);
const DATA_ALIGNMENT: u64 = (0x24 << 26) | (1 << 25) | 0x21;

function handleFault(task: Task, address: u64, access: i32): void {
  if (access == ACCESS_MISALIGNED) {
    task.faultAddress = address;
    task.faultSyndrome = address == programCounter(task) ? PC_ALIGNMENT : DATA_ALIGNMENT;
    raise(task, SIGBUS, BUS_ADRALN, address);
    return;
  }
  const mm = task.mm!;
  const page = mm.lowAddress(address) >> PAGE_SHIFT;
  const known = page < 0x10_0000;
  const problem = known ? mm.fault(<i32>page, access) : SIGSEGV;
  if (problem == 0 || problem == SIGKILL) return;
  const isMapped = known && mm.find(<i32>page) != null;
  task.faultAddress = address;
  task.faultSyndrome = syndrome(access, isMapped);
  const code = problem == SIGBUS ? BUS_ADRERR : isMapped ? SEGV_ACCERR : SEGV_MAPERR;
  raise(task, problem, code, address);
}

/** ESR_EL1 of a data or instruction abort from EL0. */
function syndrome(access: i32, isMapped: bool): u64 {
  const kind: u64 = access == PAGE_EXECUTE ? 0x20 : 0x24;
  const status: u64 = isMapped ? 0x0f : 0x07;
  return (kind << 26) | (1 << 25) | (access == PAGE_WRITE ? 1 << 6 : 0) | status;
}

function raise(task: Task, signal: i32, code: i32, address: u64): void {
  const info = new SignalInfo(signal, code);
  info.address = address;
  if (isTracing()) traceEvent(task, faultText(signal, address, programCounter(task)));
  forceSignal(task, info);
}

function faultText(signal: i32, address: u64, pc: u64): string {
  return '--- ' + signalName(signal) + ' {si_addr=' + hex(address) + '} pc=' + hex(pc) + ' ---';
}
