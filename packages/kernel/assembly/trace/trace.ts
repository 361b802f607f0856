/**
 * `boxer run --strace`: one line for each system call, through the host slot `log`, when its result is known:
 *
 *     [pid 1] openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC, 00) = 3
 */
import { log } from '../host/slots';
import { byteString } from '../memory/bytes';
import { copyStringFromUser, readableBytes, copyFromUser } from '../process/user-memory';
import { Task } from '../task/task';
import { LEAVE } from '../task/wait';
import { errorName, signalName } from './names';
import { showFlags, traceRow } from './rows.gen';
import { hex, octal, quoted } from './text';

let tracing: bool = false;

/** Longest piece of a string that is shown. */
const SHOWN: i32 = 64;
const buffer: usize = memory.data(4096, 8);

export function setTracing(on: bool): void {
  tracing = on;
}

// @ts-ignore: decorator
@inline
export function isTracing(): bool {
  return tracing;
}

const EXIT: i32 = 93;
const EXIT_GROUP: i32 = 94;
const RT_SIGRETURN: i32 = 139;

/** A call begins: its arguments are shown as they are now. */
export function traceCall(task: Task): void {
  task.traceText = '[pid ' + task.tid.toString() + '] ' + callText(task);
  if (task.syscallNumber == EXIT || task.syscallNumber == EXIT_GROUP) log(task.traceText + ' = ?');
}

/** Its result is known. */
export function traceResult(task: Task, result: i64): void {
  if (task.traceText.length == 0) return;
  log(task.traceText + ' = ' + resultText(task, result));
  task.traceText = '';
}

/** A line of its own, for signals and ends. */
export function traceEvent(task: Task, text: string): void {
  log('[pid ' + task.tid.toString() + '] ' + text);
}

function resultText(task: Task, result: i64): string {
  if (result == LEAVE) return task.syscallNumber == RT_SIGRETURN ? '?' : '0';
  if (result < 0 && result > -4096) return '-1 ' + errorName(<i32>-result);
  return result > 0xffff ? hex(<u64>result) : result.toString();
}

function callText(task: Task): string {
  const row = traceRow(task.syscallNumber);
  if (row.length == 0) return 'syscall_' + task.syscallNumber.toString() + '()';
  const space = row.indexOf(' ');
  let text = row.substring(0, space) + '(';
  for (let i = space + 1; i < row.length; i++) {
    const n = i - space - 1;
    if (n > 0) text += ', ';
    text += argumentText(task, row.charCodeAt(i), argument(task, n), argument(task, n + 1));
  }
  return text + ')';
}

function argument(task: Task, n: i32): u64 {
  switch (n) {
    case 0:
      return task.argument0;
    case 1:
      return task.argument1;
    case 2:
      return task.argument2;
    case 3:
      return task.argument3;
    case 4:
      return task.argument4;
    default:
      return task.argument5;
  }
}

function argumentText(task: Task, kind: i32, value: u64, next: u64): string {
  switch (kind) {
    case 0x64: // d
    case 0x66: // f
      return (<i32>value).toString();
    case 0x44: // D
      return (<i64>value).toString();
    case 0x75: // u
      return value.toString();
    case 0x6f: // o
      return octal(<u32>value);
    case 0x53: // S
      return signalName(<i32>value);
    case 0x61: // a
      return <i32>value == -100 ? 'AT_FDCWD' : (<i32>value).toString();
    case 0x73: // s
      return stringText(task, value);
    case 0x62: // b
      return bytesText(task, value, next);
    case 0x70: // p
      return value == 0 ? 'NULL' : hex(value);
    case 0x78: // x
      return hex(value);
    default:
      return showFlags(kind - 0x80, value);
  }
}

function stringText(task: Task, at: u64): string {
  if (at == 0) return 'NULL';
  const n = copyStringFromUser(task, at, buffer, 4096);
  return n < 0 ? hex(at) : quoted(byteString(buffer, n), false);
}

function bytesText(task: Task, at: u64, n: u64): string {
  const shown = <i32>min<u64>(n, SHOWN);
  if (<i32>readableBytes(task, at, shown) != shown) return hex(at);
  copyFromUser(task, at, buffer, shown);
  return quoted(byteString(buffer, shown), <u64>shown < n);
}
