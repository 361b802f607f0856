import { FdTable, FsContext } from '../fs/api';
import { FutexWaiter } from '../futex/futex';
import { ERESTARTSYS } from '../linux/errno';
import { AddressSpace } from '../mm/address-space';
import { SignalQueue } from '../signal/queue';
import { Credentials } from './credentials';
import { enqueueRunnable } from './run-queue';
import { ThreadGroup } from './thread-group';
import { NEVER } from '../time/never';
import { WaitQueue } from './wait';

export const enum TaskState {
  /** On the run queue, or running. */
  runnable = 0,
  /** In a system call that returned BLOCK. */
  blocked = 1,
  /** Stopped by a signal (SIGSTOP and friends). */
  stopped = 2,
  /** Ended. Its thread group may still be a zombie. */
  dead = 3,
}


export { NEVER };

/** A thread: what the scheduler runs. */
export class Task {
  state: TaskState = TaskState.runnable;
  /** Whether the task is on the run queue. */
  queued: bool = false;

  // ── resources; threads of a process usually share them, but need not ──
  mm: AddressSpace | null = null;
  files: FdTable;
  fs: FsContext;
  credentials: Credentials;

  // ── the system call in progress ──
  syscallNumber: i32 = -1;
  argument0: u64 = 0;
  argument1: u64 = 0;
  argument2: u64 = 0;
  argument3: u64 = 0;
  argument4: u64 = 0;
  argument5: u64 = 0;
  /** Scratch of the system call in progress: 0 when it starts, survives re-execution. */
  progress: u64 = 0;
  /** A second one. */
  progress2: u64 = 0;
  /** Object scratch of the system call in progress. */
  progressObject: Object | null = null;
  /** Monotonic nanoseconds at which the task is woken, or NEVER. */
  deadline: u64 = NEVER;
  /** Deadline of a call that is restarted after a stop: it goes on waiting until then. */
  keptDeadline: u64 = NEVER;
  /** The deadline has passed: the call should now give its timeout result. */
  timedOut: bool = false;
  /** A signal wants in: if the call returns BLOCK now, it ends with `interruptResult`. */
  interrupted: bool = false;
  interruptResult: i32 = -ERESTARTSYS;
  /** Only SIGKILL interrupts the call in progress. */
  uninterruptible: bool = false;
  /** The call in progress waits for nothing but a signal: pause, sigsuspend, sigtimedwait. */
  awaitsSignal: bool = false;
  /** sched_yield(2): the slice is over. */
  yields: bool = false;
  /** The call in progress has returned BLOCK and must be executed again. */
  inSystemCall: bool = false;
  /** The call in progress as the trace shows it. */
  traceText: string = '';
  private waits: WaitQueue[] = [];

  /** In FUTEX_WAIT: where it is queued. */
  futexWaiter: FutexWaiter | null = null;

  // ── signals ──
  /** Signals that are not delivered now: bit n-1 for signal n. */
  blockedSignals: u64 = 0;
  /** What to restore once a handler has been entered or the call has ended: sigsuspend, ppoll, pselect6, epoll_pwait. */
  savedBlockedSignals: u64 = 0;
  hasSavedBlockedSignals: bool = false;
  /** Blocked ones that sigtimedwait is waiting for. */
  awaitedSignals: u64 = 0;
  pending: SignalQueue = new SignalQueue();
  alternateStackAt: u64 = 0;
  alternateStackSize: u64 = 0;
  alternateStackFlags: i32 = 2; // SS_DISABLE

  /** -ERESTART… of the call that was interrupted, until signals have been delivered; 0: none. */
  restartCode: i32 = 0;
  /** Of the last memory fault: for the signal frame. */
  faultAddress: u64 = 0;
  faultSyndrome: u64 = 0;

  // ── identity and threads ──
  /** At most 15 bytes, as prctl(PR_SET_NAME) and /proc/…/comm have it. */
  name: string = '';
  clearChildTidAt: u64 = 0;
  robustListAt: u64 = 0;
  parentDeathSignal: i32 = 0;
  /** The vfork parent to release at exec or exit. */
  vforkParent: Task | null = null;
  /** Whether this task waits until its vfork child has gone its own way. */
  waitsForVfork: bool = false;
  /** Must end at the next opportunity, with `group`'s exit status. */
  killed: bool = false;
  /** Another thread executes a program: this one ends alone. */
  killedByExec: bool = false;
  startedAt: u64 = 0;
  /** Instructions executed. */
  usedFuel: u64 = 0;
  /** Nanoseconds of processor time. */
  processorTime: u64 = 0;
  nice: i32 = 0;
  schedulerPolicy: i32 = 0;
  schedulerPriority: i32 = 0;

  /** Kernel memory holding the CPU state while it is not in the process's memory; 0 before the first switch away. */
  savedState: usize = 0;

  constructor(
    /** Changes when a thread that is not the leader executes a program. */
    public tid: i32,
    public group: ThreadGroup,
    files: FdTable,
    fs: FsContext,
    credentials: Credentials,
  ) {
    this.files = files;
    this.fs = fs;
    this.credentials = credentials;
  }

  /** Process ID: what getpid(2) says. */
  get pid(): i32 {
    return this.group.pid;
  }

  /** Waits on a queue too; see {@link BLOCK}. */
  sleepOn(queue: WaitQueue): void {
    if (this.waits.includes(queue)) return;
    queue.add(this);
    this.waits.push(queue);
  }

  /** Gives the call in progress a deadline, unless an earlier execution of it has. `ns` is on the monotonic clock. */
  setDeadlineOnce(ns: u64): void {
    if (this.deadline != NEVER) return;
    this.deadline = this.keptDeadline != NEVER ? this.keptDeadline : ns;
    this.keptDeadline = NEVER;
  }

  /** Lets a blocked task look again. Harmless in any other state. */
  wake(): void {
    this.leaveQueues();
    if (this.state != TaskState.blocked) return;
    this.state = TaskState.runnable;
    enqueueRunnable(this);
  }

  /** A signal wants in: a blocked call that may be interrupted looks again, and then ends. */
  interrupt(): void {
    if (this.state == TaskState.blocked && (!this.uninterruptible || this.isDying)) {
      this.interrupted = true;
      this.wake();
    }
  }

  /** Whether SIGKILL, exec or exit_group has come for it. */
  get isDying(): bool {
    return this.killed || (this.pending.set & (1 << 8)) != 0 || (this.group.pending.set & (1 << 8)) != 0;
  }

  /** Signals whose arrival does not concern the task now. */
  get unreceivedSignals(): u64 {
    return this.blockedSignals & ~this.awaitedSignals;
  }

  leaveQueues(): void {
    for (let i = 0; i < this.waits.length; i++) this.waits[i].remove(this);
    this.waits.length = 0;
  }

  /** For calls with a temporary signal mask: sets it at the first execution, restored when the call has ended. */
  setTemporarySignalMask(mask: u64): void {
    if (this.hasSavedBlockedSignals) return;
    this.savedBlockedSignals = this.blockedSignals;
    this.hasSavedBlockedSignals = true;
    this.blockedSignals = mask & ~((<u64>1 << 8) | (<u64>1 << 18)); // never SIGKILL, SIGSTOP
  }
}
