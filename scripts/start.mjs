/** `npm start`: installs, builds, then builds and runs the demo box. */
import { installAndBuild, run } from './run.mjs';

installAndBuild();
run('node', 'scripts/demo.mjs');
