import Build from './build.ts';
import CacheDu from './cache/du.ts';
import CacheLs from './cache/ls.ts';
import CachePrune from './cache/prune.ts';
import ImageLoad from './image/load.ts';
import ImageLs from './image/ls.ts';
import ImagePull from './image/pull.ts';
import ImageRm from './image/rm.ts';
import ImageSave from './image/save.ts';
import Inspect from './inspect.ts';
import Run from './run.ts';

/** All commands. `boxer run` reaches its own without them: see `main.ts`. */
export const commands = {
  build: Build,
  run: Run,
  inspect: Inspect,
  'cache:du': CacheDu,
  'cache:ls': CacheLs,
  'cache:prune': CachePrune,
  'image:load': ImageLoad,
  'image:ls': ImageLs,
  'image:pull': ImagePull,
  'image:rm': ImageRm,
  'image:save': ImageSave,
};
