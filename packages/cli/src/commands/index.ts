import Build from './build.ts';
import Inspect from './inspect.ts';
import Run from './run.ts';

/** All commands but `run`'s execution, which `main.ts` reaches without them. */
export const commands = { build: Build, inspect: Inspect, run: Run };
