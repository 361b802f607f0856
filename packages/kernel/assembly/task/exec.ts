import { openError, openForExec, OpenFile } from '../fs/api';
import { cancelFutexWait, wakeFutex } from '../futex/futex';
import { leaveRobustList } from '../futex/robust';
import { E2BIG, EFAULT, ELOOP, ENOEXEC } from '../linux/errno';
import { S_ISGID, S_ISUID, S_IXGRP } from '../linux/stat';
import { SIG_IGN, SS_DISABLE } from '../linux/signal';
import { byteString } from '../memory/bytes';
import { leaveResidence } from '../process/cpu-state';
import { readLongString, readU64, stringError, userFault, writeU32 } from '../process/user-memory';
import { copyActions, SignalAction } from '../signal/action';
import { deletePosixTimers } from '../time/process-timers';
import { Credentials } from './credentials';
import { releaseVforkParent } from './exit';
import { Image, imageError, makeImage } from './image';
import { registerTask, unregisterTask } from './registry';
import { Task } from './task';
import { BLOCK, LEAVE } from './wait';

/** Longest single argument: 32 pages. */
const MAX_STRING: i32 = 131072;
/** All arguments and variables together: a quarter of the stack. */
const MAX_TOTAL: i32 = 2 << 20;
/** Scripts that name scripts as interpreters: at most so deep. */
const MAX_DEPTH: i32 = 4;
const SCRIPT_LINE: i32 = 256;

const line: usize = memory.data(256, 8);

/** Why `readStrings` returned null: a negative errno. */
let stringsError: i32 = 0;

/** Reads an array of strings that ends with NULL (argv, envp); `budget` is what is left of MAX_TOTAL. */
export function readStrings(task: Task, at: u64, budget: StaticArray<i32>): string[] | null {
  const strings: string[] = [];
  if (at == 0) return strings;
  while (true) {
    const address = readU64(task, at);
    if (userFault()) {
      stringsError = -EFAULT;
      return null;
    }
    if (address == 0) return strings;
    const text = readLongString(task, address, MAX_STRING);
    if (text == null) {
      stringsError = stringError() == -EFAULT ? -EFAULT : -E2BIG;
      return null;
    }
    budget[0] -= text.length + 1 + 8;
    if (budget[0] < 0) {
      stringsError = -E2BIG;
      return null;
    }
    strings.push(text);
    at += 8;
  }
}

/** execve(2) with arguments in the guest's memory. The file is released. */
export function executeFromUser(task: Task, path: string, file: OpenFile, argvAt: u64, environmentAt: u64): i64 {
  const budget: StaticArray<i32> = [MAX_TOTAL];
  const argv = readStrings(task, argvAt, budget);
  if (argv == null) {
    file.release();
    return stringsError;
  }
  const environment = readStrings(task, environmentAt, budget);
  if (environment == null) {
    file.release();
    return stringsError;
  }
  if (argv.length == 0) argv.push('');
  return execute(task, path, file, argv, environment);
}

/**
 * Replaces a task's program. The file is released.
 *
 * @returns LEAVE, or -errno with the old program intact, or BLOCK while other threads end
 */
export function execute(task: Task, path: string, file: OpenFile, argv: string[], environment: string[]): i64 {
  let program = file;
  for (let depth = 0; true; depth++) {
    const n = program.readAt(0, line, SCRIPT_LINE);
    if (n < 2 || load<u16>(line) != 0x2123) break; // "#!"
    if (depth > MAX_DEPTH) {
      program.release();
      return -ELOOP;
    }
    const interpreter = scriptInterpreter(n);
    if (interpreter == null) {
      program.release();
      return -ENOEXEC;
    }
    program.release();
    argv[0] = path;
    if (interpreter.length > 1) argv.unshift(interpreter[1]);
    path = interpreter[0];
    argv.unshift(path);
    const next = openForExec(task, path);
    if (next == null) return -openError();
    program = next;
  }
  const credentials = credentialsFor(task, program);
  const secure = credentials.euid != credentials.uid || credentials.egid != credentials.gid;
  if (task.group.threads.length > 1) {
    program.release();
    return waitForThreads(task);
  }
  const image = makeImage(task, path, program, argv, environment, credentials, secure);
  if (image == null) {
    program.release();
    return -imageError;
  }
  replace(task, image, credentials, path, program);
  program.release();
  return LEAVE;
}

/** Path and at most one argument of a script's first line; null when it names none. */
function scriptInterpreter(n: i32): string[] | null {
  let end = 2;
  while (end < n && load<u8>(line + end) != 10) end++;
  if (end == n && n == SCRIPT_LINE) {
    // The line is cut: fine when the path itself is whole.
    let at = 2;
    while (at < n && isBlank(load<u8>(line + at))) at++;
    while (at < n && !isBlank(load<u8>(line + at))) at++;
    if (at == n) return null;
  }
  let start = 2;
  while (start < end && isBlank(load<u8>(line + start))) start++;
  while (end > start && isBlank(load<u8>(line + end - 1))) end--;
  if (start == end) return null;
  let pathEnd = start;
  while (pathEnd < end && !isBlank(load<u8>(line + pathEnd)) && load<u8>(line + pathEnd) != 0) pathEnd++;
  const parts: string[] = [byteString(line + start, pathEnd - start)];
  let argument = pathEnd;
  while (argument < end && isBlank(load<u8>(line + argument))) argument++;
  if (argument < end) parts.push(byteString(line + argument, end - argument));
  return parts;
}

function isBlank(byte: u8): bool {
  return byte == 32 || byte == 9;
}

/** The other threads die first; the caller takes the leader's place. */
function waitForThreads(task: Task): i64 {
  const group = task.group;
  for (let i = 0; i < group.threads.length; i++) {
    const thread = group.threads[i];
    if (thread === task || thread.killed) continue;
    thread.killed = true;
    thread.killedByExec = true;
    thread.interrupt();
    if (thread.state == 2) {
      // stopped
      thread.state = 1;
      thread.wake();
    }
  }
  task.uninterruptible = true;
  task.sleepOn(group.threadEvents);
  return BLOCK;
}

/** Set-user-ID and set-group-ID programs; capabilities follow from the user. */
function credentialsFor(task: Task, program: OpenFile): Credentials {
  const who = task.credentials.clone();
  const inode = program.inode;
  if (!who.noNewPrivileges) {
    if ((inode.mode & S_ISUID) != 0) who.euid = inode.uid;
    if ((inode.mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) who.egid = inode.gid;
  }
  who.suid = who.euid;
  who.fsuid = who.euid;
  who.sgid = who.egid;
  who.fsgid = who.egid;
  if (who.uid == 0 || who.euid == 0) {
    who.permitted = who.bounding | who.inheritable;
    who.effective = who.euid == 0 ? who.permitted : 0;
  } else {
    who.permitted = who.ambient;
    who.effective = who.ambient;
  }
  who.keepCapabilities = false;
  return who;
}

/** The point of no return. */
function replace(task: Task, image: Image, credentials: Credentials, path: string, program: OpenFile): void {
  const group = task.group;
  leaveRobustList(task);
  const old = task.mm;
  if (old != null) {
    if (task.clearChildTidAt != 0 && old.users > 1) {
      writeU32(task, task.clearChildTidAt, 0);
      wakeFutex(task, task.clearChildTidAt, 1);
    }
    leaveResidence(task);
  }
  task.clearChildTidAt = 0;
  task.mm = image.mm;
  if (task.savedState != 0) heap.free(task.savedState);
  task.savedState = image.state;
  if (old != null) old.leave();
  releaseVforkParent(task);

  if (task.tid != group.pid) {
    unregisterTask(task);
    task.tid = group.pid;
    registerTask(task);
  }
  if (task.files.isShared) {
    const own = task.files.clone();
    task.files.closeAll(task);
    task.files = own;
  }
  task.files.closeOnExec(task);
  resetSignals(task);
  deletePosixTimers(group);
  task.credentials = credentials;
  const slash = path.lastIndexOf('/');
  const base = slash >= 0 ? path.substring(slash + 1) : path;
  task.name = base.length > 15 ? base.substring(0, 15) : base;
  group.executablePath = program.path();
  group.hasExecuted = true;
  group.exitSignal = 17;
  group.dumpable = 1;
}

function resetSignals(task: Task): void {
  const group = task.group;
  const actions = copyActions(group.actions);
  for (let i = 0; i < actions.length; i++) {
    if (actions[i].handler != SIG_IGN) actions[i] = new SignalAction();
    else actions[i].flags = 0;
  }
  group.actions = actions;
  task.alternateStackAt = 0;
  task.alternateStackSize = 0;
  task.alternateStackFlags = SS_DISABLE;
  cancelFutexWait(task);
}
