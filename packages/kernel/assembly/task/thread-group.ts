import { Notifier } from '../fs/notifier';
import { SemaphoreUndo } from '../ipc/semaphores';
import { SignalAction } from '../signal/action';
import { SignalQueue } from '../signal/queue';
import { ProcessTimers } from '../time/process-timers';
import { Credentials } from './credentials';
import { Session } from './session';
import { Task } from './task';
import { WaitQueue } from './wait';

/** What a parent may still have to hear of: bits of `waitEvents`. */
export const enum WaitEvents {
  none = 0,
  stopped = 1,
  continued = 2,
}

/** A process: its threads and what they share by being one. */
export class ThreadGroup {
  /** Live threads; the first is the leader while it lives. */
  threads: Task[] = [];
  parent: ThreadGroup | null = null;
  children: ThreadGroup[] = [];
  session: Session;
  /** Process group ID. */
  pgid: i32;

  // ── signals ──
  /** Index n-1 for signal n. Shared with the child by clone(CLONE_SIGHAND), else copied. */
  actions: SignalAction[];
  /** Signals sent to the process, not yet taken by a thread. */
  pending: SignalQueue = new SignalQueue();

  // ── end and wait ──
  /** As wait4(2) encodes it; valid once `ended`. */
  exitStatus: i32 = 0;
  /** All threads have ended: a zombie until its parent waits. */
  ended: bool = false;
  /** exit_group or a fatal signal is taking the threads down. */
  exiting: bool = false;
  /** Stopped by job control with this signal, or 0. */
  stopSignal: i32 = 0;
  /** What to report to a waiting parent. */
  waitEvents: WaitEvents = WaitEvents.none;
  /** The signal that tells the parent; normally SIGCHLD; 0: none. */
  exitSignal: i32 = 17;
  /** Parents wait here for their children. */
  childEvents: WaitQueue = new WaitQueue();
  /** Whoever waits for the end of this process through a pidfd. */
  readonly endEvents: Notifier = new Notifier();
  /** execve(2) waits here until the other threads have ended. */
  threadEvents: WaitQueue = new WaitQueue();
  /** Of the thread that ended last: what /proc shows of a zombie. */
  lastCredentials: Credentials | null = null;
  lastName: string = '';
  hasExecuted: bool = false;
  isChildSubreaper: bool = false;

  /** setitimer(2) and timer_create(2). */
  readonly timers: ProcessTimers = new ProcessTimers();
  /** System V semaphore operations to take back at the end. */
  semaphoreUndos: SemaphoreUndo[] = [];
  /** Resource limits: soft, hard, for each of the 16. */
  limits: StaticArray<u64> = new StaticArray<u64>(32);
  /** Path of the executable, for /proc/PID/exe. */
  executablePath: string = '';
  startedAt: u64 = 0;
  /** Instructions executed by threads that have ended. */
  usedFuel: u64 = 0;
  /** Nanoseconds of processor time of threads that have ended. */
  endedThreadsTime: u64 = 0;
  /** Nanoseconds of processor time of children that were waited for. */
  childrenTime: u64 = 0;
  /** Second of processor time at which SIGXCPU was sent last. */
  lastProcessorWarning: u64 = 0;
  dumpable: i32 = 1;
  personality: u32 = 0;
  oomScoreAdjust: i32 = 0;

  constructor(
    readonly pid: i32,
    session: Session,
    pgid: i32,
    actions: SignalAction[],
  ) {
    this.session = session;
    this.pgid = pgid;
    this.actions = actions;
  }

  /** Soft value of a resource limit (RLIMIT_NOFILE is 7; see linux/resource.ts). */
  limit(resource: i32): u64 {
    return this.limits[resource * 2];
  }

  get leader(): Task | null {
    return this.threads.length > 0 ? this.threads[0] : null;
  }
}
