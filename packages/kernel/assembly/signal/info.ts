/** What comes with a signal: the useful part of siginfo_t. Which fields count depends on `code` and `signal`. */
export class SignalInfo {
  /** Sender, or the child (SIGCHLD), or the timer ID (SI_TIMER). */
  pid: i32 = 0;
  /** Sender's user, or the overrun count (SI_TIMER). */
  uid: u32 = 0;
  /** sigval, or exit status (SIGCHLD). */
  value: u64 = 0;
  /** Faulting address: SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE. */
  address: u64 = 0;
  /** For SIGIO/SIGPOLL. */
  band: i64 = 0;
  fd: i32 = 0;
  /** SIGCHLD: clock ticks. */
  userTime: i64 = 0;
  systemTime: i64 = 0;
  /** Address in kernel memory of 128 bytes that the sender gave literally (rt_sigqueueinfo), or 0. */
  raw: StaticArray<u8> | null = null;

  constructor(
    public signal: i32,
    public code: i32,
  ) {}
}
