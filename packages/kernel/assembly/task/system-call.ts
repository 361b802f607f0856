import { CPU_X } from '../abi.gen';
import { dispatch } from '../dispatch.gen';
import { OpenFile } from '../fs/api';
import { cancelFutexWait } from '../futex/futex';
import { ERESTART_RESTARTBLOCK, ERESTARTSYS } from '../linux/errno';
import { writeState64 } from '../process/cpu-state';
import { isInterrupted, isRestart, needsAttention } from '../signal/deliver';
import { addSleeper } from '../time/sleepers';
import { isTracing, traceCall, traceResult } from '../trace/trace';
import { currentTask } from './current';
import { NEVER, Task, TaskState } from './task';
import { BLOCK, LEAVE } from './wait';

/** System calls executed so far: tells when collecting garbage is due. */
let executed: i32 = 0;

export function executedCalls(): i32 {
  return executed;
}

/** SVC #0: called by the running process. @returns what x0 becomes, or LEAVE */
export function systemCall(number: i32, a0: i64, a1: i64, a2: i64, a3: i64, a4: i64, a5: i64): i64 {
  const task = currentTask();
  executed++;
  task.syscallNumber = number;
  task.argument0 = <u64>a0;
  task.argument1 = <u64>a1;
  task.argument2 = <u64>a2;
  task.argument3 = <u64>a3;
  task.argument4 = <u64>a4;
  task.argument5 = <u64>a5;
  if (isTracing()) traceCall(task);
  return complete(task, dispatch(task, number, a0, a1, a2, a3, a4, a5));
}

/** Executes a blocked call again, after its task was woken. @returns false when it blocks again */
export function resumeSystemCall(task: Task): bool {
  task.inSystemCall = false;
  task.leaveQueues();
  const result = dispatch(
    task,
    task.syscallNumber,
    task.argument0,
    task.argument1,
    task.argument2,
    task.argument3,
    task.argument4,
    task.argument5,
  );
  const value = complete(task, result);
  if (task.state == TaskState.blocked) return false;
  if (value != LEAVE) writeState64(task, CPU_X, <u64>value);
  return true;
}

function complete(task: Task, result: i64): i64 {
  if (result == BLOCK) {
    if (!isInterrupted(task)) {
      block(task);
      return LEAVE;
    }
    result = task.interruptResult;
  }
  if (task.state == TaskState.dead) return LEAVE;
  if (isTracing()) traceResult(task, result);
  task.keptDeadline = result == -ERESTART_RESTARTBLOCK ? task.deadline : NEVER;
  finish(task);
  if (result == LEAVE) return LEAVE;
  if (isRestart(result)) {
    task.restartCode = <i32>result;
    return LEAVE;
  }
  if (!needsAttention(task) && !task.yields) return result;
  writeState64(task, CPU_X, <u64>result);
  return LEAVE;
}

function block(task: Task): void {
  task.state = TaskState.blocked;
  task.inSystemCall = true;
  task.interrupted = false;
  task.timedOut = false;
  addSleeper(task);
}

/** Forgets what belonged to the call. */
function finish(task: Task): void {
  task.leaveQueues();
  if (task.futexWaiter != null) cancelFutexWait(task);
  task.progress = 0;
  task.progress2 = 0;
  const left = task.progressObject;
  if (left != null) {
    // A fifo's end that waited for the other one.
    if (left instanceof OpenFile) (<OpenFile>left).release();
    task.progressObject = null;
  }
  task.deadline = NEVER;
  task.timedOut = false;
  task.interrupted = false;
  task.interruptResult = -ERESTARTSYS;
  task.uninterruptible = false;
  task.awaitsSignal = false;
  task.awaitedSignals = 0;
}
