/** Type-checks every package, its tests included. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const projects = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/tsconfig.json`),
  'e2e/tsconfig.json',
  'bench/tsconfig.json',
].filter((path) => existsSync(join(root, path)));
for (const project of projects) run('npx', 'tsc', '-p', project);
console.log(`${projects.length} projects type-check`);
