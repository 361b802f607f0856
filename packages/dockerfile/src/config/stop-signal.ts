import { DockerfileError } from '../dockerfile-error.ts';

const NAMES = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM ' +
    'TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
  ).split(' '),
);
const REAL_TIME = /^(?:RTMIN\+(?:[1-9]|1[0-5])|RTMAX-(?:[1-9]|1[0-4]))$/;

/**
 * Checks a STOPSIGNAL: a number other than 0, or a name with or without `SIG`, in any case.
 *
 * @throws {@link DockerfileError} for anything else
 * @source github.com/moby/sys/signal, ParseSignal
 */
export function checkStopSignal(signal: string): void {
  if (/^[+-]?\d+$/.test(signal) && Number(signal) !== 0) return;
  const name = signal.toUpperCase().replace(/^SIG/, '');
  if (NAMES.has(name) || REAL_TIME.test(name)) return;
  throw new DockerfileError('DOCKERFILE_VALUE', `invalid signal: ${signal}`, {
    hint: 'Give a signal number or a name such as SIGTERM.',
  });
}
