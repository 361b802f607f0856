import { END_BOOT_FAILED, END_EXITED, END_OUT_OF_FUEL, END_OUT_OF_MEMORY, END_SIGNALLED } from '../abi.gen';
import {
  bindConsole,
  changeDirectory,
  closeConsole,
  exportChanges,
  fileSystemProblem,
  initFileSystems,
  newFdTable,
  newFsContext,
} from '../fs/api';
import { ended, log } from '../host/slots';
import { setMemoryCap } from '../mm/memory-budget';
import { boxStatus } from '../task/box';
import { passTaskIds } from '../task/registry';
import { runTasks, SchedulerEnd, setFuel } from '../task/scheduler';
import { setTracing } from '../trace/trace';
import { startCommand } from './command';
import { bootFlag, bootNumber, bootValue, loadBootConfig, memoryBytes } from './config';
import { firstTask } from './first-task';
import { setHostname } from './hostname';
import { resolveUser, User } from './users';

/** Exit code when the box itself failed, as Docker's. */
const BOX_FAILED: i32 = 125;

/** Boots, runs the tasks until the first process has ended, and reports. @returns 0 when its exit code was 0, else 1 */
export function runBox(): i32 {
  loadBootConfig();
  setMemoryCap(memoryBytes());
  setFuel(<i64>bootNumber('fuel', <u64>i64.MAX_VALUE));
  setTracing(bootFlag('strace'));
  const name = bootValue('hostname');
  if (name != null) setHostname(name);
  if (!initFileSystems()) return failBoot(fileSystemProblem(), BOX_FAILED);

  const spec = bootValue('user');
  const user = resolveUser(spec == null ? '' : spec);
  if (user.problem.length > 0) return failBoot('cannot run as ' + (spec == null ? '' : spec) + ': ' + user.problem, BOX_FAILED);
  const code = start(user);
  if (code != 0) {
    closeConsole();
    return 1;
  }
  return finish(runTasks());
}

function start(user: User): i32 {
  const context = newFsContext();
  const directory = bootValue('cwd');
  const path = directory == null || directory.length == 0 ? '/' : directory;
  if (!changeDirectory(context, path)) return failBoot('cannot enter the working directory ' + path, BOX_FAILED);
  const umask = bootValue('umask');
  if (umask != null) context.umask = <u32>parseInt(umask, 8) & 0o777;
  const task = firstTask(user, newFdTable(), context);
  passTaskIds(<i32>bootNumber('lastPid', 0));
  bindConsole(task);
  return startCommand(task, user);
}

/** @returns `code` after telling the host */
export function failBoot(message: string, code: i32): i32 {
  log('boxer: ' + message);
  ended(END_BOOT_FAILED, code);
  return 1;
}

function finish(end: SchedulerEnd): i32 {
  closeConsole();
  switch (end) {
    case SchedulerEnd.outOfFuel:
      ended(END_OUT_OF_FUEL, 0);
      return 1;
    case SchedulerEnd.outOfMemory:
      ended(END_OUT_OF_MEMORY, 0);
      return 1;
    case SchedulerEnd.deadlock:
      log('boxer: every process waits for something that cannot happen any more');
      ended(END_EXITED, BOX_FAILED);
      return 1;
    default:
      break;
  }
  if (bootFlag('export')) {
    const problem = exportChanges();
    if (problem != 0) return failBoot('cannot hand over the changed files: error ' + (-problem).toString(), BOX_FAILED);
  }
  const status = boxStatus();
  const signal = status & 0x7f;
  if (signal != 0) {
    ended(END_SIGNALLED, signal);
    return 1;
  }
  const code = (status >> 8) & 0xff;
  ended(END_EXITED, code);
  return code == 0 ? 0 : 1;
}
