import { openError, openForExec, OpenFile } from '../fs/api';
import { EACCES, ENOENT, ENOTDIR } from '../linux/errno';
import { setCurrentTask } from '../task/current';
import { execute } from '../task/exec';
import { enqueueRunnable } from '../task/run-queue';
import { Task } from '../task/task';
import { LEAVE } from '../task/wait';
import { errorName } from '../trace/names';
import { hostArguments, hostEnvironment } from '../wasi/environment';
import { failBoot } from './boot';
import { bootFlag, bootList } from './config';
import { hostname } from './hostname';
import { User } from './users';

/** Exit codes as Docker's. */
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;

const DEFAULT_PATH: string = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts the box's command: Entrypoint, then the host's arguments or else Cmd.
 *
 * @returns 0, or 1 when it could not be started and the host has been told
 */
export function startCommand(task: Task, user: User): i32 {
  const host = hostArguments();
  const argv = bootList('entrypoint').concat(host.length > 1 ? host.slice(1) : bootList('cmd'));
  if (argv.length == 0) return failBoot('no command: the image has neither Entrypoint nor Cmd', NOT_FOUND);
  const environment = makeEnvironment(user);
  setCurrentTask(task);
  const name = argv[0];
  const path = findCommand(task, name, variable(environment, 'PATH'));
  const file = found;
  found = null;
  if (file == null) {
    const isMissing = lookupError == ENOENT || lookupError == ENOTDIR;
    const why = isMissing
      ? name.includes('/')
        ? 'no such file or directory'
        : 'executable file not found in $PATH'
      : lookupError == EACCES
        ? 'permission denied'
        : errorName(lookupError);
    return failBoot('cannot run "' + name + '": ' + why, isMissing ? NOT_FOUND : NOT_EXECUTABLE);
  }
  const result = execute(task, path, file, argv, environment);
  if (result != LEAVE) {
    const errno = <i32>-result;
    if (errno == ENOENT) return failBoot('cannot run "' + name + '": its interpreter is missing', NOT_FOUND);
    return failBoot('cannot run "' + name + '": ' + reason(errno), NOT_EXECUTABLE);
  }
  enqueueRunnable(task);
  return 0;
}

function reason(errno: i32): string {
  switch (errno) {
    case 8:
      return 'exec format error: not a program for Linux/arm64, nor a script with #!';
    case 11:
      return 'no process slot is free';
    case 12:
      return 'its addresses do not fit';
    default:
      return errorName(errno);
  }
}

/** Variables of the image, then of the host; what Docker adds when they are missing, unless the configuration is complete. */
function makeEnvironment(user: User): string[] {
  const environment: string[] = [];
  const fromImage = bootList('env');
  for (let i = 0; i < fromImage.length; i++) setVariable(environment, fromImage[i]);
  const fromHost = hostEnvironment();
  for (let i = 0; i < fromHost.length; i++) setVariable(environment, fromHost[i]);
  if (bootFlag('exactEnv')) return environment;
  addMissing(environment, 'PATH', DEFAULT_PATH);
  addMissing(environment, 'HOSTNAME', hostname());
  addMissing(environment, 'HOME', user.home);
  return environment;
}

function setVariable(environment: string[], assignment: string): void {
  const equals = assignment.indexOf('=');
  if (equals <= 0) return;
  const prefix = assignment.substring(0, equals + 1);
  for (let i = 0; i < environment.length; i++) {
    if (!environment[i].startsWith(prefix)) continue;
    environment[i] = assignment;
    return;
  }
  environment.push(assignment);
}

function addMissing(environment: string[], name: string, value: string): void {
  if (variable(environment, name) == null) environment.push(name + '=' + value);
}

function variable(environment: string[], name: string): string | null {
  const prefix = name + '=';
  for (let i = 0; i < environment.length; i++) {
    if (environment[i].startsWith(prefix)) return environment[i].substring(prefix.length);
  }
  return null;
}

let found: OpenFile | null = null;
let lookupError: i32 = 0;

/** Path of a command; the open file is in `found`, or null with the reason in `lookupError`. */
function findCommand(task: Task, name: string, searchPath: string | null): string {
  lookupError = ENOENT;
  if (name.includes('/') || searchPath == null) {
    found = openForExec(task, name);
    if (found == null) lookupError = openError();
    return name;
  }
  const directories = searchPath.split(':');
  for (let i = 0; i < directories.length; i++) {
    const directory = directories[i].length == 0 ? '.' : directories[i];
    const path = directory.endsWith('/') ? directory + name : directory + '/' + name;
    found = openForExec(task, path);
    if (found != null) return path;
    const error = openError();
    if (error != ENOENT && error != ENOTDIR) lookupError = error;
  }
  return name;
}
