/** Names of errors and signals for the trace. */
const ERRORS: string[] = [
  '',
  'EPERM',
  'ENOENT',
  'ESRCH',
  'EINTR',
  'EIO',
  'ENXIO',
  'E2BIG',
  'ENOEXEC',
  'EBADF',
  'ECHILD',
  'EAGAIN',
  'ENOMEM',
  'EACCES',
  'EFAULT',
  'ENOTBLK',
  'EBUSY',
  'EEXIST',
  'EXDEV',
  'ENODEV',
  'ENOTDIR',
  'EISDIR',
  'EINVAL',
  'ENFILE',
  'EMFILE',
  'ENOTTY',
  'ETXTBSY',
  'EFBIG',
  'ENOSPC',
  'ESPIPE',
  'EROFS',
  'EMLINK',
  'EPIPE',
  'EDOM',
  'ERANGE',
  'EDEADLK',
  'ENAMETOOLONG',
  'ENOLCK',
  'ENOSYS',
  'ENOTEMPTY',
  'ELOOP',
];

export function errorName(errno: i32): string {
  if (errno > 0 && errno < ERRORS.length) return ERRORS[errno];
  switch (errno) {
    case 61:
      return 'ENODATA';
    case 75:
      return 'EOVERFLOW';
    case 88:
      return 'ENOTSOCK';
    case 92:
      return 'ENOPROTOOPT';
    case 93:
      return 'EPROTONOSUPPORT';
    case 95:
      return 'EOPNOTSUPP';
    case 97:
      return 'EAFNOSUPPORT';
    case 98:
      return 'EADDRINUSE';
    case 99:
      return 'EADDRNOTAVAIL';
    case 101:
      return 'ENETUNREACH';
    case 104:
      return 'ECONNRESET';
    case 106:
      return 'EISCONN';
    case 107:
      return 'ENOTCONN';
    case 110:
      return 'ETIMEDOUT';
    case 111:
      return 'ECONNREFUSED';
    case 115:
      return 'EINPROGRESS';
    case 512:
      return 'ERESTARTSYS';
    case 513:
      return 'ERESTARTNOINTR';
    case 514:
      return 'ERESTARTNOHAND';
    case 516:
      return 'ERESTART_RESTARTBLOCK';
    default:
      return 'error ' + errno.toString();
  }
}

const SIGNALS: string[] = [
  '0',
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
];

export function signalName(signal: i32): string {
  if (signal >= 0 && signal < SIGNALS.length) return SIGNALS[signal];
  return signal >= 32 && signal <= 64 ? 'SIGRT_' + (signal - 32).toString() : signal.toString();
}
