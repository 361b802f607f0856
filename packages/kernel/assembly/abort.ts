import { log } from './host/slots';

/** A failed assertion or an impossible state of the kernel: says where, and traps. A box trap is never the guest's fault. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  log('boxer kernel: ' + (message ? message : 'abort') + ' at ' + (file ? file : '?') + ':' + line.toString());
  unreachable();
}
