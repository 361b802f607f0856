/** `npm test`: installs, builds, tests. Arguments go to jest. */
import { installAndBuild, pnpm } from './run.mjs';

installAndBuild();
pnpm('run', 'jest', ...process.argv.slice(2));
